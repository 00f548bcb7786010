using System.Runtime.CompilerServices;
using Microsoft.Agents.AI;
using Microsoft.Extensions.AI;

namespace SessionService.AgentFramework;

/// <summary>What the calls of a model used, until the history provider stores the messages that they answered.</summary>
internal static class RecordedUsage
{
    // In memory only: it belongs to a run, and a run ends with its process.
    private static readonly ConditionalWeakTable<AgentSession, List<ModelCall>> Calls = [];

    public static void Add(AgentSession session, ModelCall call)
    {
        var calls = Calls.GetOrCreateValue(session);
        lock (calls)
        {
            calls.Add(call);
        }
    }

    /// <summary>The calls since the last time, in their order.</summary>
    public static IReadOnlyList<ModelCall> Take(AgentSession? session)
    {
        if (session is null || !Calls.TryGetValue(session, out var calls))
        {
            return [];
        }

        lock (calls)
        {
            ModelCall[] taken = [.. calls];
            calls.Clear();
            return taken;
        }
    }
}

/// <summary>What one call of a model used.</summary>
internal sealed record ModelCall(string? ModelId, UsageDetails Usage);
