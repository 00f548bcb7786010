using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace SessionService.Application.Json;

/// <summary>A JSON value as the text that the client sent, so that numbers keep their digits.</summary>
/// <param name="Value">Well-formed JSON.</param>
[JsonConverter(typeof(JsonTextConverter))]
public sealed record JsonText(string Value)
{
    public static readonly JsonText Null = new("null");

    /// <summary>Whether the value is an object (not an array or a scalar).</summary>
    public bool IsObject => Value.StartsWith('{');

    public bool IsArray => Value.StartsWith('[');

    public bool IsString => Value.StartsWith('"');

    public bool IsNull => Value == "null";
}

/// <summary>Free JSON as the database writes it.</summary>
public static class StoredJson
{
    /// <summary>The text of a <c>jsonb</c> value as UTF-8, without the blanks that the database puts after colons and commas.</summary>
    public static byte[] WithoutBlanks(string json)
    {
        var bytes = Encoding.UTF8.GetBytes(json);
        var (length, isInString, isEscaped) = (0, false, false);
        foreach (var value in bytes)
        {
            if (value == ' ' && !isInString)
            {
                continue;
            }

            isInString ^= value == '"' && !isEscaped;
            isEscaped = value == '\\' && !isEscaped;
            bytes[length++] = value;
        }

        return bytes[..length];
    }
}

internal sealed class JsonTextConverter : JsonConverter<JsonText>
{
    public override JsonText Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        using var document = JsonDocument.ParseValue(ref reader);
        return new JsonText(document.RootElement.GetRawText());
    }

    // The value is well-formed: requests parse it, and the database stores it as jsonb.
    public override void Write(Utf8JsonWriter writer, JsonText value, JsonSerializerOptions options) =>
        writer.WriteRawValue(value.Value, skipInputValidation: true);
}
