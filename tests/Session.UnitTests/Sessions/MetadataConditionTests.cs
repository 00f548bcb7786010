using SessionService.Application.Sessions;

namespace SessionService.UnitTests.Sessions;

public sealed class MetadataConditionTests
{
    [Theory]
    [InlineData("a", "a")]
    [InlineData("a.b.c", "a", "b", "c")]
    [InlineData(@"a\.b.c", "a.b", "c")]
    [InlineData(@"a\\.b", @"a\", "b")]
    [InlineData(@"a\\\.b", @"a\.b")]
    [InlineData(@"a\b\", @"a\b\")]
    [InlineData("a..b", "a", "", "b")]
    [InlineData(".", "", "")]
    public void Keys_have_dots_between_them_and_backslashes_before_dots_within(string path, params string[] keys)
    {
        Assert.Equal(keys, MetadataCondition.ParsePath(path));
    }

    [Theory]
    [InlineData("work", "\"work\"")]
    [InlineData("1", "\"1\"", "1")]
    [InlineData("-1.50e3", "\"-1.50e3\"", "-1.50e3")]
    [InlineData("01", "\"01\"")]
    [InlineData("true", "\"true\"", "true")]
    [InlineData("True", "\"True\"")]
    [InlineData("null", "\"null\"", "null")]
    [InlineData("{}", "\"{}\"")]
    [InlineData("[1]", "\"[1]\"")]
    [InlineData("1e400", "\"1e400\"")]
    public void A_value_is_a_text_and_what_it_says(string value, params string[] json)
    {
        Assert.Equal(json, MetadataCondition.JsonOf(value));
    }

    [Fact]
    public void Paths_and_values_have_bounds()
    {
        Assert.Null(MetadataCondition.Refuse("a.b", ["x"]));
        Assert.NotNull(MetadataCondition.Refuse("a..b", ["x"]));
        Assert.NotNull(MetadataCondition.Refuse("1.2.3.4.5.6.7.8.9.10.11", ["x"]));
        Assert.NotNull(MetadataCondition.Refuse(new string('a', 501), ["x"]));
        Assert.NotNull(MetadataCondition.Refuse("a", [new string('x', 501)]));
        Assert.NotNull(MetadataCondition.Refuse("a", [.. Enumerable.Repeat("x", 21)]));
        Assert.NotNull(MetadataCondition.Refuse("a\0", ["x"]));
        Assert.NotNull(MetadataCondition.Refuse("a", ["\ud800"]));
    }
}
