using System.Text.Json;
using SessionService.Domain.Messages;

namespace SessionService.Infrastructure.Search;

/// <summary>The text that the vector of a message stands for: <c>Caroline: text</c>. The search index has its words, and the day.</summary>
internal static class RankingText
{
    public static string Of(SessionMessage message) => $"{SpeakerOf(message)}: {SearchableText.Of(message)}";

    /// <inheritdoc cref="SpeakerOf(string, string)"/>
    public static string SpeakerOf(SessionMessage message) => message.Name ?? SpeakerOf(message.Metadata, message.Role);

    /// <summary>The name in the metadata, where there is one, else the role.</summary>
    public static string SpeakerOf(string metadata, string role)
    {
        using var document = JsonDocument.Parse(metadata);
        return document.RootElement.TryGetProperty("name", out var name)
            && name.ValueKind == JsonValueKind.String
            && !string.IsNullOrWhiteSpace(name.GetString())
            ? name.GetString()!
            : role;
    }
}
