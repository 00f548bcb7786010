using System.Text.Json;
using System.Text.Json.Serialization;

namespace SessionService.Api.Json;

/// <summary>Exact decimals, written without padding zeros.</summary>
internal sealed class DecimalConverter : JsonConverter<decimal>
{
    // Dividing by a 1 with 28 decimal places drops the trailing zeros.
    private const decimal One = 1.0000000000000000000000000000m;

    public override decimal Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.Number && reader.TryGetDecimal(out var value) ? value : throw new JsonException();

    public override void Write(Utf8JsonWriter writer, decimal value, JsonSerializerOptions options) =>
        writer.WriteNumberValue(WithoutPadding(value));

    public static decimal WithoutPadding(decimal value)
    {
        // Most numbers fit into a long and have no trailing zero. Checking this takes a tenth of the division's time.
        Span<int> parts = stackalloc int[4];
        decimal.GetBits(value, parts);
        var mantissa = ((ulong)(uint)parts[1] << 32) | (uint)parts[0];
        return parts[2] == 0 && mantissa % 10 != 0 ? value : value / One;
    }
}
