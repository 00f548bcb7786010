using System.Text;
using System.Text.Json;

namespace SessionService.Application.Usage;

/// <summary>The model that a message says it is from, as far as it is kept.</summary>
public static class ModelName
{
    /// <summary>Unicode code points of a name that are kept.</summary>
    public const int MaxLength = 200;

    /// <param name="metadata">A JSON object.</param>
    public static string Of(string metadata)
    {
        if (!metadata.Contains("\"model\"", StringComparison.Ordinal))
        {
            return "";
        }

        using var document = JsonDocument.Parse(metadata);
        return document.RootElement.TryGetProperty("model", out var model) && model.ValueKind == JsonValueKind.String
            ? Cut(model.GetString()!)
            : "";
    }

    // Counted as PostgreSQL counts characters.
    private static string Cut(string text)
    {
        if (text.Length <= MaxLength)
        {
            return text;
        }

        var cut = new StringBuilder();
        foreach (var rune in text.EnumerateRunes().Take(MaxLength))
        {
            cut.Append(rune);
        }

        return cut.ToString();
    }
}
