using System.Text.Json;
using System.Text.Json.Serialization;

namespace SessionService.Api.Json;

/// <summary>
/// Texts, the long ones in segments: the writer asks for a buffer of three times the length of what it writes at once.
/// </summary>
internal sealed class LongTextConverter : JsonConverter<string>
{
    private const int SegmentLength = 16 * 1024;

    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String ? reader.GetString() : throw new JsonException();

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options)
    {
        var rest = value.AsSpan();
        for (; rest.Length > SegmentLength; rest = rest[SegmentLength..])
        {
            writer.WriteStringValueSegment(rest[..SegmentLength], isFinalSegment: false);
        }

        if (rest.Length == value.Length)
        {
            writer.WriteStringValue(value);
        }
        else
        {
            writer.WriteStringValueSegment(rest, isFinalSegment: true);
        }
    }
}
