using SessionService.Application.Messages.Parts;
using SessionService.Domain.Messages;

namespace SessionService.Infrastructure.Search;

/// <summary>The words of a message that a search looks at: its text, and the results of tools among its parts.</summary>
internal static class SearchableText
{
    /// <summary>Whether there is anything to search in. A redacted message says nothing.</summary>
    public static bool IsThere(SessionMessage message) => message.Content.Length > 0 || message.Parts is not null;

    /// <summary>The names and arguments of the tools that the message calls.</summary>
    public static string OfCalls(SessionMessage message) => message.Parts is { } parts ? MessageParts.Read(parts).CallText : "";

    public static string Of(SessionMessage message) => message.Parts is { } parts ? MessageParts.Read(parts).SearchText : message.Content;
}
