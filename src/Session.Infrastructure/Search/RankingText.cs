using System.Text.Json;
using SessionService.Domain.Messages;

namespace SessionService.Infrastructure.Search;

/// <summary>The text that the vector of a message stands for: <c>Caroline: text</c>. The search index has its words, and the day.</summary>
internal static class RankingText
{
    public static string Of(SessionMessage message) => $"{SpeakerOf(message)}: {SearchableText.Of(message)}";

    /// <summary>The name, where there is one, else the role.</summary>
    public static string SpeakerOf(SessionMessage message) => NameOf(message) ?? message.Role;

    /// <summary>The name of who speaks, of the message or in its metadata.</summary>
    public static string? NameOf(SessionMessage message)
    {
        if (message.Name is not null)
        {
            return message.Name;
        }

        using var document = JsonDocument.Parse(message.Metadata);
        return document.RootElement.TryGetProperty("name", out var name)
            && name.ValueKind == JsonValueKind.String
            && !string.IsNullOrWhiteSpace(name.GetString())
            ? name.GetString()
            : null;
    }
}
