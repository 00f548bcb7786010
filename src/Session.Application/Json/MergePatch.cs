using System.Text.Json;

namespace SessionService.Application.Json;

/// <summary>
/// JSON merge patches (RFC 7396): objects are merged member by member at every level, a null removes, anything else replaces.
/// </summary>
public static class MergePatch
{
    /// <summary>The UTF-8 of an object with a patch applied to it; numbers keep their digits.</summary>
    public static byte[] Apply(string target, string patch)
    {
        using var targetDocument = Parse(target);
        using var patchDocument = Parse(patch);
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
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
            patch.WriteTo(writer);
            return;
        }

        // Of a repeated name the last value counts, as in the database.
        var members = Members(target is { ValueKind: JsonValueKind.Object } given ? given : null);
        var patches = Members(patch);
        writer.WriteStartObject();
        foreach (var (name, value) in members.Where(member => !patches.ContainsKey(member.Key)))
        {
            writer.WritePropertyName(name);
            value.WriteTo(writer);
        }

        foreach (var (name, value) in patches.Where(member => member.Value.ValueKind != JsonValueKind.Null))
        {
            writer.WritePropertyName(name);
            Write(writer, members.TryGetValue(name, out var old) ? old : null, value);
        }

        writer.WriteEndObject();
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
