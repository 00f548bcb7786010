using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using SessionService.Application.Json;
using SessionService.Domain.Errors;

namespace SessionService.Application.Conversations;

/// <summary>
/// The metadata of a conversation: at most 16 pairs of strings. Those of a session are any JSON. What is no string is not shown here, and
/// stays when the strings are replaced.
/// </summary>
internal static class ConversationMetadata
{
    public const int MaxPairs = 16;
    public const int MaxKeyLength = 64;
    public const int MaxValueLength = 512;

    private const string Field = "metadata";

    private static readonly JsonWriterOptions Unescaped = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The pairs of a request.</summary>
    /// <exception cref="InvalidFieldException">They are not what that API takes.</exception>
    public static IReadOnlyDictionary<string, string> Read(JsonText? given)
    {
        var pairs = new Dictionary<string, string>(StringComparer.Ordinal);
        if (given is null)
        {
            return pairs;
        }

        if (!given.IsObject)
        {
            throw new InvalidFieldException(Field, "must be an object of strings");
        }

        if (JsonLimits.Refuse(Encoding.UTF8.GetBytes(given.Value), int.MaxValue) is { } reason)
        {
            throw new InvalidFieldException(Field, reason);
        }

        using var document = Parse(given.Value);
        foreach (var member in document.RootElement.EnumerateObject())
        {
            if (LengthOf(member.Name) > MaxKeyLength)
            {
                throw new InvalidFieldException(Field, $"must have keys of at most {MaxKeyLength} characters");
            }

            if (member.Value.ValueKind != JsonValueKind.String || LengthOf(member.Value.GetString()!) > MaxValueLength)
            {
                throw new InvalidFieldException($"{Field}.{member.Name}", $"must be a string of at most {MaxValueLength} characters");
            }

            pairs[member.Name] = member.Value.GetString()!;
        }

        return pairs.Count <= MaxPairs
            ? pairs
            : throw new InvalidFieldException(Field, $"must have at most {MaxPairs} pairs");
    }

    /// <summary>The strings among the metadata of a session.</summary>
    public static IReadOnlyDictionary<string, string> Strings(string metadata)
    {
        using var document = Parse(metadata);
        return document.RootElement.EnumerateObject()
            .Where(member => member.Value.ValueKind == JsonValueKind.String)
            .ToDictionary(member => member.Name, member => member.Value.GetString()!, StringComparer.Ordinal);
    }

    /// <summary>The metadata of a session with these strings in place of those it had.</summary>
    public static string Replace(string metadata, IReadOnlyDictionary<string, string> strings)
    {
        using var document = Parse(metadata);
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, Unescaped))
        {
            writer.WriteStartObject();
            foreach (var member in document.RootElement.EnumerateObject())
            {
                if (member.Value.ValueKind != JsonValueKind.String && !strings.ContainsKey(member.Name))
                {
                    writer.WritePropertyName(member.Name);
                    writer.WriteRawValue(member.Value.GetRawText(), skipInputValidation: true);
                }
            }

            foreach (var (key, value) in strings)
            {
                writer.WriteString(key, value);
            }

            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static int LengthOf(string text) => text.EnumerateRunes().Count();

    private static JsonDocument Parse(string json) =>
        JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 2 * JsonLimits.MaxDepth });
}
