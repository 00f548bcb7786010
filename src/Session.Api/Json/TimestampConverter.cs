using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace SessionService.Api.Json;

/// <summary>RFC 3339: read with any offset, written in UTC with <c>Z</c> and microseconds.</summary>
internal sealed partial class TimestampConverter : JsonConverter<DateTimeOffset>
{
    // DateTimeOffset keeps seven digits of a second; further ones are far below the microsecond that is stored.
    [GeneratedRegex(
        @"\A(?<date>[0-9]{4}-[0-9]{2}-[0-9]{2})[Tt](?<time>[0-9]{2}:[0-9]{2}:[0-9]{2})((?<fraction>\.[0-9]{1,7})[0-9]*)?(?<offset>[Zz]|[+-][0-9]{2}:[0-9]{2})\z",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 100)]
    private static partial Regex Rfc3339 { get; }

    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.String
            && reader.GetString() is { Length: < 64 } text
            && Rfc3339.Match(text) is { Success: true } match
            && DateTimeOffset.TryParse(
                $"{match.Groups["date"]}T{match.Groups["time"]}{match.Groups["fraction"]}{match.Groups["offset"].Value.ToUpperInvariant()}",
                CultureInfo.InvariantCulture,
                DateTimeStyles.AdjustToUniversal,
                out var time))
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
