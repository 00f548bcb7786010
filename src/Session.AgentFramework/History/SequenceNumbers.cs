using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace SessionService.AgentFramework;

/// <summary>
/// The numbers of messages that were read. They stand beside the messages and not in them: a model or a stored copy never sees them.
/// </summary>
internal static class SequenceNumbers
{
    private static readonly ConditionalWeakTable<ChatMessage, StrongBox<long>> Numbers = [];

    public static void Set(ChatMessage message, long sequence) => Numbers.AddOrUpdate(message, new StrongBox<long>(sequence));

    public static long? Of(ChatMessage message) => Numbers.TryGetValue(message, out var number) ? number.Value : null;
}
