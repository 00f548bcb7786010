using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using SessionService.Application.Time;

namespace SessionService.Api.Json;

/// <summary>RFC 3339: read with any offset, or in UTC without one, written in UTC with <c>Z</c> and microseconds.</summary>
internal sealed class TimestampConverter : JsonConverter<DateTimeOffset>
{
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.String && reader.GetString() is { } text && Rfc3339.TryParse(text, out var time))
        {
            return time;
        }

        throw new JsonException();
    }

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        WriteUtc(writer, value.UtcDateTime);

    /// <summary>Writes a time in UTC.</summary>
    public static void WriteUtc(Utf8JsonWriter writer, DateTime value)
    {
        // The round-trip format, which is fast, has seven digits of a second: the Z takes the place of the last.
        Span<byte> text = stackalloc byte[28];
        value.TryFormat(text, out _, "O", CultureInfo.InvariantCulture);
        text[26] = (byte)'Z';
        writer.WriteStringValue(text[..27]);
    }
}
