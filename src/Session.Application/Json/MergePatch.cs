using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using SessionService.Domain.Errors;

namespace SessionService.Application.Json;

/// <summary>A request that is a JSON merge patch (RFC 7396).</summary>
public interface IMergePatch : IKnowsNulls;

/// <summary>A request to which a field that is null says something else than an absent one.</summary>
public interface IKnowsNulls
{
    /// <summary>
    /// The fields that the request gives as null, by their names in the JSON. The property alone does not tell a null from an absent field.
    /// </summary>
    ISet<string> Nulls { get; }
}

/// <summary>
/// Merges patches. Objects are merged member by member at every level, null removes a member, and any other value replaces it.
/// </summary>
public static class MergePatch
{
    private static readonly JsonWriterOptions Unescaped = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Whether a field is given as null.</summary>
    public static bool Removes(this IMergePatch patch, string field) => patch.Nulls.Contains(field);

    /// <summary>
    /// Merges a field of the patch into stored JSON. An empty object for a null, <see langword="null"/> for an absent field. The result has
    /// the size limit of a request: otherwise a value could grow patch by patch.
    /// </summary>
    /// <exception cref="InvalidFieldException">The result is too large.</exception>
    public static string? Merge(this IMergePatch patch, string field, JsonText? given, string stored, int maxBytes)
    {
        if (given is null)
        {
            return patch.Removes(field) ? "{}" : null;
        }

        var merged = Apply(stored, given.Value);
        return JsonLimits.Refuse(merged, maxBytes) is { } reason
            ? throw new InvalidFieldException(field, $"{reason} when it is merged")
            : Encoding.UTF8.GetString(merged);
    }

    /// <summary>The UTF-8 of an object with a patch applied to it; numbers keep their digits.</summary>
    public static byte[] Apply(string target, string patch)
    {
        using var targetDocument = Parse(target);
        using var patchDocument = Parse(patch);
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, Unescaped))
        {
            Write(writer, targetDocument.RootElement, patchDocument.RootElement);
        }

        return stream.ToArray();
    }

    private static JsonDocument Parse(string json) =>
        JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 2 * JsonLimits.MaxDepth });

    private static void Write(Utf8JsonWriter writer, JsonElement? target, JsonElement patch)
    {
        if (patch.ValueKind != JsonValueKind.Object)
        {
            Copy(writer, patch);
            return;
        }

        // Of a repeated name the last value counts, as in the database.
        var members = Members(target is { ValueKind: JsonValueKind.Object } given ? given : null);
        var patches = Members(patch);
        writer.WriteStartObject();
        foreach (var (name, value) in members.Where(member => !patches.ContainsKey(member.Key)))
        {
            writer.WritePropertyName(name);
            Copy(writer, value);
        }

        foreach (var (name, value) in patches.Where(member => member.Value.ValueKind != JsonValueKind.Null))
        {
            writer.WritePropertyName(name);
            Write(writer, members.TryGetValue(name, out var old) ? old : null, value);
        }

        writer.WriteEndObject();
    }

    // Without the blanks of jsonb, and with texts as they are: the writer would escape letters, and the size would not be the stored one.
    private static void Copy(Utf8JsonWriter writer, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var member in value.EnumerateObject())
                {
                    writer.WritePropertyName(member.Name);
                    Copy(writer, member.Value);
                }

                writer.WriteEndObject();
                break;

            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in value.EnumerateArray())
                {
                    Copy(writer, item);
                }

                writer.WriteEndArray();
                break;

            default:
                writer.WriteRawValue(value.GetRawText(), skipInputValidation: true);
                break;
        }
    }

    private static Dictionary<string, JsonElement> Members(JsonElement? json)
    {
        var members = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var member in json?.EnumerateObject().ToList() ?? [])
        {
            members[member.Name] = member.Value;
        }

        return members;
    }
}
