using SessionService.Domain.Identity;

namespace SessionService.UnitTests.Identity;

public sealed class UserIdsTests
{
    [Theory]
    [InlineData("user", "user")]
    [InlineData("  user\t", "user")]
    [InlineData("two words", "two words")]
    [InlineData("\u00a0user\u3000", "user")]
    [InlineData("User", "User")]
    public void White_space_around_an_id_is_no_part_of_it(string given, string normalized)
    {
        Assert.Equal(normalized, UserIds.Normalize(given));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" \t\r\n")]
    [InlineData("\u3000")]
    public void A_blank_id_is_none(string? given)
    {
        Assert.Null(UserIds.Normalize(given));
    }

    [Theory]
    [InlineData("u")]
    [InlineData("é")]
    [InlineData("😀")]
    public void An_id_may_have_255_code_points_and_no_more(string character)
    {
        Assert.Null(UserIds.Refuse(string.Concat(Enumerable.Repeat(character, 255))));
        Assert.Equal("must be at most 255 characters long", UserIds.Refuse(string.Concat(Enumerable.Repeat(character, 256))));
    }

    [Fact]
    public void An_id_that_no_database_stores_is_refused()
    {
        Assert.Equal("must not contain U+0000", UserIds.Refuse("a\0b"));
        Assert.Equal("must not contain lone surrogates", UserIds.Refuse("a\ud800b"));
    }
}
