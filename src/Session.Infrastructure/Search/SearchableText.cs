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

    /// <summary>Both of each message, whose parts are read once.</summary>
    public static (IReadOnlyList<string> Texts, IReadOnlyList<string> Calls) AndCallsOf(IReadOnlyList<SessionMessage> messages)
    {
        var (texts, calls) = (new string[messages.Count], new string[messages.Count]);
        for (var i = 0; i < messages.Count; i++)
        {
            var parts = messages[i].Parts is { } json ? MessageParts.Read(json) : null;
            (texts[i], calls[i]) = parts is null ? (messages[i].Content, "") : (parts.SearchText, parts.CallText);
        }

        return (texts, calls);
    }

    public static string Of(SessionMessage message) => message.Parts is { } parts ? MessageParts.Read(parts).SearchText : message.Content;
}
