using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;

namespace SessionService.AgentFramework;

/// <summary>
/// Contents as parts of a message. A part is the JSON that the framework writes, with its <c>$type</c>: the service knows these types, and
/// keeps parts to the letter, those of unknown types too. JSON that the service does not take (U+0000, for example) stands as a text in
/// the member <c>ai_content</c>.
/// </summary>
internal static class ContentParts
{
    private const string TypeKey = "$type";
    private const string ExactKey = "ai_content";

    private const string EscapedNul = "\\u0000";

    public static JsonObject Write(AIContent content, JsonSerializerOptions options, PartForm form)
    {
        var json = WriteJson(content, options);
        if (form == PartForm.Opaque || !HasType(json))
        {
            return Opaque(json);
        }

        if (!HasNul(json))
        {
            return Parse(json);
        }

        try
        {
            var readable = Parse(WithoutNul(json));
            readable[ExactKey] = json;
            return readable;
        }
        catch (ArgumentException)
        {
            // It has a member twice.
            return Opaque(json);
        }
    }

    public static AIContent Read(JsonNode? part, JsonSerializerOptions options)
    {
        if (part is null)
        {
            return new AIContent();
        }

        var json = ContentJson.ElementOf(part);
        if (TextAt(json, ExactKey) is { } exact)
        {
            return ReadExact(exact, options) ?? Unknown(json);
        }

        if (TextAt(json, TypeKey) is not null)
        {
            return ReadTyped(json, options) ?? Unknown(json);
        }

        return NativeParts.Read(json, options) ?? Unknown(json);
    }

    private static string WriteJson(AIContent content, JsonSerializerOptions options)
    {
        var type = content.GetType();
        if (type == typeof(AIContent) && content.RawRepresentation is JsonElement { ValueKind: JsonValueKind.Object } stored)
        {
            return stored.GetRawText();
        }

        var polymorphic = ContentJson.TypeInfo<AIContent>(options);
        var known = polymorphic.PolymorphismOptions?.DerivedTypes ?? [];
        if (type == typeof(AIContent) || known.Any(derived => derived.DerivedType == type))
        {
            return JsonSerializer.Serialize(content, polymorphic);
        }

        // A program's own type that was not registered is what it derives from; one that derives from nothing known has its own members.
        for (var ancestor = type.BaseType; ancestor is not null && ancestor != typeof(AIContent); ancestor = ancestor.BaseType)
        {
            if (known.FirstOrDefault(derived => derived.DerivedType == ancestor) is { DerivedType: not null, TypeDiscriminator: { } word })
            {
                return Typed(word.ToString()!, JsonSerializer.SerializeToElement(content, options.GetTypeInfo(ancestor)));
            }
        }

        return options.TryGetTypeInfo(type, out var own)
            ? Typed(type.FullName ?? type.Name, JsonSerializer.SerializeToElement(content, own))
            : throw new NotSupportedException(
                $"Contents of the type {type} cannot be written: register it with AddAIContentType in the options of the serializer.");
    }

    private static string Typed(string word, JsonElement members)
    {
        var typed = new JsonObject { [TypeKey] = word };
        foreach (var member in members.EnumerateObject())
        {
            typed[member.Name] = JsonNode.Parse(member.Value.GetRawText());
        }

        return typed.ToJsonString(ContentJson.OptionsOf(given: null));
    }

    private static AIContent? ReadTyped(JsonElement json, JsonSerializerOptions options)
    {
        try
        {
            return json.Deserialize(ContentJson.TypeInfo<AIContent>(options));
        }
        catch (Exception exception) when (exception is JsonException or NotSupportedException or ArgumentException or FormatException)
        {
            // A type of a newer framework, or of another program.
            return null;
        }
    }

    private static AIContent? ReadExact(string exact, JsonSerializerOptions options)
    {
        try
        {
            using var document = JsonDocument.Parse(exact);
            var json = document.RootElement.Clone();
            var content = ReadTyped(json, options) ?? Unknown(json);
            if (content.GetType() == typeof(AIContent))
            {
                content.RawRepresentation = json;
            }

            return content;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static JsonObject Opaque(string json) => new() { ["type"] = "data", [ExactKey] = json };

    private static AIContent Unknown(JsonElement json) => new() { RawRepresentation = json };

    // The part may have members twice, which a JsonObject finds out only where it is looked into.
    private static JsonObject Parse(string json) => JsonNode.Parse(json)!.AsObject();

    private static string? TextAt(JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    private static bool HasType(string json)
    {
        using var document = JsonDocument.Parse(json);
        return TextAt(document.RootElement, TypeKey) is not null || TextAt(document.RootElement, "type") is not null;
    }

    private static bool HasNul(string json) => IndexOfNul(json, 0) >= 0;

    private static string WithoutNul(string json)
    {
        var text = new System.Text.StringBuilder(json);
        for (var at = IndexOfNul(json, 0); at >= 0; at = IndexOfNul(json, at + EscapedNul.Length))
        {
            text.Remove(at, EscapedNul.Length).Insert(at, "\\ufffd");
        }

        return text.ToString();
    }

    /// <summary>Where the escape of U+0000 stands, and not a backslash and a word.</summary>
    private static int IndexOfNul(string json, int from)
    {
        for (var at = json.IndexOf('\\', from); at >= 0 && at + 1 < json.Length; at = json.IndexOf('\\', at + 2))
        {
            if (json.AsSpan(at).StartsWith(EscapedNul, StringComparison.Ordinal))
            {
                return at;
            }
        }

        return -1;
    }
}
