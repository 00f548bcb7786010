using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace SessionService.Application.Json;

/// <summary>A JSON value as the text that the client sent, so that numbers keep their digits.</summary>
/// <param name="Value">Well-formed JSON.</param>
[JsonConverter(typeof(JsonTextConverter))]
public sealed record JsonText(string Value)
{
    /// <summary>Whether the value is an object (not an array or a scalar).</summary>
    public bool IsObject => Value.StartsWith('{');

    public bool IsArray => Value.StartsWith('[');
}

internal sealed class JsonTextConverter : JsonConverter<JsonText>
{
    public override JsonText Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        using var document = JsonDocument.ParseValue(ref reader);
        return new JsonText(document.RootElement.GetRawText());
    }

    // The value is well-formed: requests parse it, and the database stores it as jsonb.
    public override void Write(Utf8JsonWriter writer, JsonText value, JsonSerializerOptions options)
    {
        // The writer itself would rent three times the length of the text.
        var bytes = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetByteCount(value.Value));
        var length = Encoding.UTF8.GetBytes(value.Value, bytes);
        writer.WriteRawValue(bytes.AsSpan(0, length), skipInputValidation: true);
        ArrayPool<byte>.Shared.Return(bytes);
    }
}
