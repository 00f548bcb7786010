using SessionService.Domain.Keys;

namespace SessionService.UnitTests.Keys;

public sealed class ApiKeyTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 30, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(null, null, true)]
    [InlineData(1, null, true)]
    [InlineData(0, null, false)]
    [InlineData(-1, null, false)]
    [InlineData(null, -1, false)]
    [InlineData(1, 1, false)]
    public void A_key_is_valid_until_it_expires_or_is_revoked(int? expiresIn, int? revokedIn, bool valid)
    {
        var key = new ApiKey
        {
            KeyId = Guid.NewGuid(),
            UserId = null,
            SecretHash = [],
            CreatedAt = Now.AddDays(-1),
            ExpiresAt = expiresIn is { } seconds ? Now.AddSeconds(seconds) : null,
            RevokedAt = revokedIn is { } ago ? Now.AddSeconds(ago) : null,
        };

        Assert.Equal(valid, key.IsValidAt(Now));
    }
}
