using SessionService.Domain.Messages;

namespace SessionService.UnitTests.Messages;

public sealed class MessageRolesTests
{
    [Theory]
    [InlineData("user", true)]
    [InlineData("assistant", true)]
    [InlineData("system", true)]
    [InlineData("tool", true)]
    [InlineData("User", false)]
    [InlineData("function", false)]
    [InlineData("", false)]
    public void Four_roles_are_known(string role, bool known)
    {
        Assert.Equal(known, MessageRoles.IsKnown(role));
    }
}
