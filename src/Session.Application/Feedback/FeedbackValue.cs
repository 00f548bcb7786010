using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace SessionService.Application.Feedback;

/// <summary>What feedback says: a truth value, a number or a text. Equal values have equal JSON.</summary>
[JsonConverter(typeof(FeedbackValueConverter))]
public sealed record FeedbackValue
{
    /// <summary>Digits before the point of a number, and after it.</summary>
    public const int MaxDigits = 100;

    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private FeedbackValue(string json, string? text = null) => (Json, Text) = (json, text);

    public string Json { get; }

    /// <summary>The text; <see langword="null"/> where the value is none.</summary>
    public string? Text { get; }

    public static FeedbackValue Of(bool value) => new(value ? "true" : "false");

    public static FeedbackValue Of(string text) => new(JsonSerializer.Serialize(text, Plain), text);

    /// <summary>A JSON number with all its digits; <see langword="null"/> where they are too many.</summary>
    public static FeedbackValue? OfNumber(string number) => WriteOut(number) is { } digits ? new(digits) : null;

    /// <summary>Reads a stored value.</summary>
    public static FeedbackValue Parse(string json) => JsonSerializer.Deserialize<FeedbackValue>(json)!;

    /// <summary>A number without an exponent, as <c>jsonb</c> shows it.</summary>
    private static string? WriteOut(string number)
    {
        var exponentAt = number.IndexOfAny(['e', 'E']);
        var exponent = 0;
        if (number.Length > 4 * MaxDigits
            || (exponentAt >= 0 && !int.TryParse(
                number.AsSpan(exponentAt + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out exponent))
            || exponent is > 2 * MaxDigits or < -2 * MaxDigits)
        {
            return null;
        }

        var mantissa = (exponentAt < 0 ? number : number[..exponentAt]).TrimStart('-');
        var pointAt = mantissa.IndexOf('.', StringComparison.Ordinal);
        var at = (pointAt < 0 ? mantissa.Length : pointAt) + exponent;
        var digits = mantissa.Replace(".", "", StringComparison.Ordinal);
        (digits, at) = at < 1 ? (new string('0', 1 - at) + digits, 1) : (digits.PadRight(at, '0'), at);
        var (whole, fraction) = (digits[..at].TrimStart('0').PadLeft(1, '0'), digits[at..]);
        if (whole.Length > MaxDigits || fraction.Length > MaxDigits)
        {
            return null;
        }

        var sign = number[0] == '-' && digits.AsSpan().ContainsAnyExcept('0') ? "-" : "";
        return fraction.Length == 0 ? sign + whole : $"{sign}{whole}.{fraction}";
    }
}

internal sealed class FeedbackValueConverter : JsonConverter<FeedbackValue>
{
    public override FeedbackValue Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType switch
        {
            JsonTokenType.True or JsonTokenType.False => FeedbackValue.Of(reader.GetBoolean()),
            JsonTokenType.String => FeedbackValue.Of(reader.GetString()!),
            JsonTokenType.Number => FeedbackValue.OfNumber(Encoding.ASCII.GetString(reader.ValueSpan)) ?? throw new JsonException(),
            _ => throw new JsonException(),
        };

    public override void Write(Utf8JsonWriter writer, FeedbackValue value, JsonSerializerOptions options) =>
        writer.WriteRawValue(value.Json, skipInputValidation: true);
}
