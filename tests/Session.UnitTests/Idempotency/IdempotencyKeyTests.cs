using SessionService.Application.Idempotency;

namespace SessionService.UnitTests.Idempotency;

public sealed class IdempotencyKeyTests
{
    [Fact]
    public void A_request_has_the_same_hash_when_a_later_version_knows_of_more_that_may_be_given()
    {
        var now = IdempotencyKey.Of("key", "write", new { content = "Hello" })!;
        var later = IdempotencyKey.Of("key", "write", new { content = "Hello", label = (string?)null })!;

        Assert.Equal(now.RequestHash, later.RequestHash);
    }

    [Fact]
    public void Another_operation_or_another_request_has_another_hash()
    {
        byte[][] hashes =
        [
            IdempotencyKey.Of("key", "write", new { content = "Hello" })!.RequestHash,
            IdempotencyKey.Of("key", "write", new { content = "Hello", label = "" })!.RequestHash,
            IdempotencyKey.Of("key", "write", new { content = "Bye" })!.RequestHash,
            IdempotencyKey.Of("key", "read", new { content = "Hello" })!.RequestHash,
        ];

        Assert.Equal(hashes.Length, hashes.Select(Convert.ToHexString).Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public void Without_a_key_there_is_nothing_to_compare() => Assert.Null(IdempotencyKey.Of(null, "write", new { content = "Hello" }));
}
