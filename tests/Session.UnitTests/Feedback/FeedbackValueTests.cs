using System.Text.Json;
using SessionService.Application.Feedback;

namespace SessionService.UnitTests.Feedback;

public sealed class FeedbackValueTests
{
    [Theory]
    [InlineData("0", "0")]
    [InlineData("-0", "0")]
    [InlineData("-0.00", "0.00")]
    [InlineData("0e5", "0")]
    [InlineData("4.50", "4.50")]
    [InlineData("-4.50", "-4.50")]
    [InlineData("1.50e1", "15.0")]
    [InlineData("1.5E+3", "1500")]
    [InlineData("-12.34e-4", "-0.001234")]
    [InlineData("0.05e2", "5")]
    [InlineData("100e-2", "1.00")]
    public void An_exponent_is_written_out(string number, string expected)
    {
        Assert.Equal(expected, FeedbackValue.OfNumber(number)?.Json);
        Assert.Equal(FeedbackValue.OfNumber(number), FeedbackValue.Parse(number));
        if (number != "-0" && !number.StartsWith("-0.0", StringComparison.Ordinal))
        {
            Assert.Equal(decimal.Parse(expected), decimal.Parse(number, System.Globalization.NumberStyles.Float));
        }
    }

    [Fact]
    public void A_number_has_a_hundred_digits_on_either_side_and_no_more()
    {
        var digits = new string('1', 100);

        Assert.Equal($"{digits}.{digits}", FeedbackValue.OfNumber($"{digits}.{digits}")?.Json);
        Assert.Null(FeedbackValue.OfNumber($"1{digits}"));
        Assert.Null(FeedbackValue.OfNumber($"0.{digits}1"));
        Assert.NotNull(FeedbackValue.OfNumber("1e99"));
        Assert.Null(FeedbackValue.OfNumber("1e100"));
        Assert.NotNull(FeedbackValue.OfNumber("1e-100"));
        Assert.Null(FeedbackValue.OfNumber("1e-101"));
        Assert.Null(FeedbackValue.OfNumber("1e2147483648"));
        Assert.Null(FeedbackValue.OfNumber("1e-2147483648"));
        Assert.Null(FeedbackValue.OfNumber(new string('1', 1_000_000)));
    }

    [Theory]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("1e500")]
    public void Anything_else_is_no_value(string json) =>
        Assert.True(json == "null" ? JsonSerializer.Deserialize<FeedbackValue>(json) is null : Throws(json));

    [Fact]
    public void Texts_are_equal_however_they_are_escaped()
    {
        var text = FeedbackValue.Of("é\"\\\u0001🦊");

        Assert.Equal(text, FeedbackValue.Parse("""
            "\u00e9\"\\\u0001\ud83e\udd8a"
            """));
        Assert.Equal(text, FeedbackValue.Parse(text.Json));
        Assert.NotEqual(FeedbackValue.Of("true"), FeedbackValue.Of(true));
    }

    private static bool Throws(string json) => Assert.Throws<JsonException>(() => FeedbackValue.Parse(json)) is not null;
}
