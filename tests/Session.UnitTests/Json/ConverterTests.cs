using System.Text.Json;
using SessionService.Api.Json;
using SessionService.Application.Json;

namespace SessionService.UnitTests.Json;

public sealed class ConverterTests
{
    private static readonly JsonSerializerOptions Options = CreateOptions();

    [Theory]
    [InlineData("2025-09-23T14:21:49.365937Z", "2025-09-23T14:21:49.365937Z")]
    [InlineData("2025-09-23T14:21:49Z", "2025-09-23T14:21:49.000000Z")]
    [InlineData("2025-09-23t14:21:49z", "2025-09-23T14:21:49.000000Z")]
    [InlineData("2025-09-23T14:21:49.3Z", "2025-09-23T14:21:49.300000Z")]
    [InlineData("2025-09-23T14:21:49.3659371Z", "2025-09-23T14:21:49.365937Z")]
    [InlineData("2025-09-23T14:21:49.365937999999Z", "2025-09-23T14:21:49.365937Z")]
    [InlineData("2025-09-23T16:21:49.365937+02:00", "2025-09-23T14:21:49.365937Z")]
    [InlineData("2025-09-23T08:51:49-05:30", "2025-09-23T14:21:49.000000Z")]
    [InlineData("2025-01-01T00:00:00+14:00", "2024-12-31T10:00:00.000000Z")]
    [InlineData("2024-02-29T00:00:00-00:00", "2024-02-29T00:00:00.000000Z")]
    [InlineData("2025-09-23T14:21:49.365937", "2025-09-23T14:21:49.365937Z")]
    [InlineData("2025-09-23T14:21:49", "2025-09-23T14:21:49.000000Z")]
    public void A_time_is_read_with_any_offset_or_in_UTC_and_written_in_UTC(string given, string written)
    {
        Assert.Equal($"\"{written}\"", JsonSerializer.Serialize(Read<DateTimeOffset>($"\"{given}\""), Options));
    }

    [Theory]
    [InlineData("\"2025-09-23\"")]
    [InlineData("\"2025-09-23 14:21:49Z\"")]
    [InlineData("\"2025-09-23T14:21Z\"")]
    [InlineData("\"2025-02-29T00:00:00Z\"")]
    [InlineData("\"2025-13-01T00:00:00Z\"")]
    [InlineData("\"2025-09-23T24:00:00Z\"")]
    [InlineData("\"2025-09-23T14:21:49.Z\"")]
    [InlineData("\"2025-09-23T14:21:49+0200\"")]
    [InlineData("\"2025-09-23T14:21:49,5Z\"")]
    [InlineData("\" 2025-09-23T14:21:49Z\"")]
    [InlineData("\"2025-09-23T14:21:49Z\\n\"")]
    [InlineData("\"٢٠٢٥-09-23T14:21:49Z\"")]
    [InlineData("\"0001-01-01T00:00:00+14:00\"")]
    [InlineData("\"tomorrow\"")]
    [InlineData("\"\"")]
    [InlineData("1758637309")]
    [InlineData("true")]
    [InlineData("{}")]
    public void What_is_no_RFC_3339_time_is_refused(string json)
    {
        Assert.Throws<JsonException>(() => Read<DateTimeOffset>(json));
    }

    [Theory]
    [InlineData("0", "0")]
    [InlineData("0.0", "0")]
    [InlineData("0.0022", "0.0022")]
    [InlineData("0.0022000000", "0.0022")]
    [InlineData("1e-10", "0.0000000001")]
    [InlineData("10.0", "10")]
    [InlineData("100", "100")]
    [InlineData("9999999999.9999999999", "9999999999.9999999999")]
    [InlineData("-0.50", "-0.5")]
    public void Money_is_written_without_padding_zeros(string given, string written)
    {
        Assert.Equal(written, JsonSerializer.Serialize(Read<decimal>(given), Options));
    }

    [Theory]
    [InlineData("\"1\"")]
    [InlineData("1e400")]
    [InlineData("79228162514264337593543950336")]
    [InlineData("true")]
    [InlineData("[]")]
    [InlineData("null")]
    public void What_no_decimal_holds_is_refused(string json)
    {
        Assert.Throws<JsonException>(() => Read<decimal>(json));
    }

    [Theory]
    [InlineData("10", 10)]
    [InlineData("10.0", 10)]
    [InlineData("1e1", 10)]
    [InlineData("100e-1", 10)]
    [InlineData("-0", 0)]
    [InlineData("2147483647", int.MaxValue)]
    [InlineData("-2147483648", int.MinValue)]
    [InlineData("2147483647.000", int.MaxValue)]
    public void Whole_numbers_are_integers_however_they_are_written(string json, int value)
    {
        Assert.Equal(value, Read<int>(json));
        Assert.Equal(value, Read<int?>(json));
    }

    [Theory]
    [InlineData("10.5")]
    [InlineData("2147483648")]
    [InlineData("-2147483649")]
    [InlineData("1e400")]
    [InlineData("1e-1")]
    [InlineData("\"10\"")]
    [InlineData("true")]
    public void What_is_no_integer_of_32_bits_is_refused(string json)
    {
        Assert.Throws<JsonException>(() => Read<int>(json));
    }

    [Theory]
    [InlineData("""{"a": 1.10, "b": [1E5, 12345678901234567890.123456789]}""")]
    [InlineData("""[ ]""")]
    [InlineData("\"text\"")]
    [InlineData("1.0")]
    public void Free_JSON_is_kept_as_the_text_that_it_was_given_as(string json)
    {
        var read = Read<JsonText>(json)!;

        Assert.Equal(json, read.Value);
        Assert.Equal(json, JsonSerializer.Serialize(read, Options));
    }

    private static T? Read<T>(string json) => JsonSerializer.Deserialize<T>(json, Options);

    private static JsonSerializerOptions CreateOptions()
    {
        var options = new JsonSerializerOptions();
        ServiceJson.Configure(options);
        return options;
    }
}
