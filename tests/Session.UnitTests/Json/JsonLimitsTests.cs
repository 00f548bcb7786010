using System.Text;
using SessionService.Application.Json;

namespace SessionService.UnitTests.Json;

public sealed class JsonLimitsTests
{
    private const string TooManyDigits = "must hold numbers of at most 309 digits before and 1074 after the point";

    [Theory]
    [InlineData("""{}""")]
    [InlineData("""{"a":[1,-2,3.50,1e10,1E-10,true,false,null,"x",{}]}""")]
    [InlineData("""{"a":"\u0001\u001f\"\\\/\b\f\n\r\t"}""")]
    [InlineData("""{"a":"\ud83d\ude00"}""")]
    [InlineData("""{"\ud83d\ude00":"\uD83D\uDE00\ud83d\ude00"}""")]
    [InlineData("""{"a":"😀"}""")]
    public void Any_other_JSON_can_be_stored(string json)
    {
        Assert.Null(Refuse(json));
    }

    // An escaped backslash before "u0000" spells these six characters, not NUL.
    [Theory]
    [InlineData("""{"a":"\\u0000"}""")]
    [InlineData("""{"a":"\\\\u0000"}""")]
    [InlineData("""{"a":"\\ud800"}""")]
    [InlineData("""{"\\u0000":"\n\\udc00"}""")]
    public void An_escaped_backslash_begins_no_escape(string json)
    {
        Assert.Null(Refuse(json));
    }

    [Theory]
    [InlineData("""{"a":"\u0000"}""")]
    [InlineData("""{"a":"\\\u0000"}""")]
    [InlineData("""{"a":{"b":["x","y\u0000"]}}""")]
    [InlineData("""{"\u0000":1}""")]
    [InlineData("""{"a":{"k\u0000":1}}""")]
    [InlineData("""["\n\t\u0000"]""")]
    public void NUL_is_refused_in_keys_and_values(string json)
    {
        Assert.Equal("must not contain U+0000", Refuse(json));
    }

    [Theory]
    [InlineData("""{"a":"\ud800"}""")]
    [InlineData("""{"a":"\uDFFF"}""")]
    [InlineData("""{"a":"\ude00\ud83d"}""")]
    [InlineData("""{"a":"\ud83d\n"}""")]
    [InlineData("""{"a":"\ud83dx\ude00"}""")]
    [InlineData("""{"a":"\ud83d\\ude00"}""")]
    [InlineData("""{"a":"\ud83d\ud83d\ude00"}""")]
    [InlineData("""{"a":"\ud83d\ude00\ud83d"}""")]
    [InlineData("""{"\udc00":1}""")]
    [InlineData("""{"a":{"x\ud800":1}}""")]
    public void Lone_surrogates_are_refused_in_keys_and_values(string json)
    {
        Assert.Equal("must not contain lone surrogates", Refuse(json));
    }

    [Theory]
    [InlineData("1e308")]
    [InlineData("-1e308")]
    [InlineData("1E+308")]
    [InlineData("1e-1074")]
    [InlineData("-0.5e-1073")]
    [InlineData("12345678901234567890.123456789")]
    [InlineData("1.10")]
    public void Numbers_in_the_range_of_binary64_are_kept(string number)
    {
        Assert.Null(Refuse($$"""{"a":{{number}}}"""));
    }

    [Theory]
    [InlineData("1e309")]
    [InlineData("-1e309")]
    [InlineData("10e308")]
    [InlineData("1e-1075")]
    [InlineData("1.5e-1074")]
    [InlineData("1e400")]
    [InlineData("1e100000")]
    [InlineData("1e-100000")]
    [InlineData("1e2147483647")]
    [InlineData("1e99999999999999999999")]
    [InlineData("1e-99999999999999999999")]
    public void Numbers_that_would_unfold_to_many_digits_are_refused(string number)
    {
        Assert.Equal(TooManyDigits, Refuse($$"""{"a":[{{number}}]}"""));
    }

    [Fact]
    public void As_many_digits_as_the_range_has_may_be_written_out()
    {
        Assert.Null(Refuse($"[{new string('9', 309)}]"));
        Assert.Equal(TooManyDigits, Refuse($"[{new string('9', 310)}]"));
        Assert.Null(Refuse($"[0.{new string('9', 1074)}]"));
        Assert.Equal(TooManyDigits, Refuse($"[0.{new string('9', 1075)}]"));
    }

    [Fact]
    public void The_size_is_counted_in_bytes()
    {
        const string Json = """{"a":"ü"}""";

        Assert.Null(Refuse(Json, maxBytes: 10));
        Assert.Equal("must be at most 9 bytes long", Refuse(Json, maxBytes: 9));
    }

    [Fact]
    public void Numbers_count_with_the_digits_that_they_unfold_to()
    {
        // Two brackets and 101 digits.
        Assert.Null(Refuse("[1e100]", maxBytes: 103));
        Assert.Equal("must be at most 102 bytes long", Refuse("[1e100]", maxBytes: 102));
    }

    [Fact]
    public void Depth_is_no_danger()
    {
        Assert.Null(Refuse(new string('[', 100_000) + new string(']', 100_000)));
    }

    private static string? Refuse(string json, int maxBytes = int.MaxValue) => JsonLimits.Refuse(Encoding.UTF8.GetBytes(json), maxBytes);
}
