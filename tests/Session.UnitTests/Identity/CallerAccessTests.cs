using SessionService.Application.Identity;
using SessionService.Domain.Errors;

namespace SessionService.UnitTests.Identity;

public sealed class CallerAccessTests
{
    [Fact]
    public void A_caller_acts_for_themselves_only()
    {
        Assert.Equal("ann", CallerAccess.ActFor(new Caller("ann"), "ann"));
        Assert.Equal("user_mismatch", Assert.Throws<ForbiddenException>(() => CallerAccess.ActFor(new Caller("ann"), "bob")).Code);
    }

    [Theory]
    [InlineData("Ann")]
    [InlineData("a\u030ann")]
    public void Ids_that_merely_look_alike_are_different_users(string other)
    {
        Assert.Throws<ForbiddenException>(() => CallerAccess.ActFor(new Caller("ann"), other));
        Assert.Throws<ForbiddenException>(() => CallerAccess.ActFor(new Caller("ånn"), other));
    }

    [Fact]
    public void Whoever_is_named_alone_is_the_caller()
    {
        Assert.Equal("ann", CallerAccess.ActFor(new Caller(null), "ann"));
    }
}
