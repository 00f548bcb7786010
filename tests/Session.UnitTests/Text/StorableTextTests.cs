using SessionService.Domain.Text;

namespace SessionService.UnitTests.Text;

public sealed class StorableTextTests
{
    [Theory]
    [InlineData("")]
    [InlineData("plain")]
    [InlineData("\u0001\u001f\u007f\uffff")]
    [InlineData("Grüße, 你好, مرحبا")]
    [InlineData("😀👩‍👩‍👧")]
    [InlineData("\U0010ffff")]
    public void Any_Unicode_text_can_be_stored(string text)
    {
        Assert.Null(StorableText.Refuse(text));
    }

    [Theory]
    [InlineData("\0")]
    [InlineData("a\0")]
    [InlineData("😀\0b")]
    public void NUL_cannot(string text)
    {
        Assert.Equal("must not contain U+0000", StorableText.Refuse(text));
    }

    [Theory]
    [InlineData(new[] { 0xd800 })]
    [InlineData(new[] { 0xdc00 })]
    [InlineData(new[] { 'a', 0xdbff })]
    [InlineData(new[] { 0xdfff, 0xdbff })]
    [InlineData(new[] { 0xd83d, 0xde00, 0xd83d })]
    public void Lone_surrogates_cannot(int[] units)
    {
        Assert.Equal("must not contain lone surrogates", StorableText.Refuse(string.Concat(units.Select(unit => (char)unit))));
    }
}
