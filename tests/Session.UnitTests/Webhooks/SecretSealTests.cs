using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using SessionService.Application.Webhooks;

namespace SessionService.UnitTests.Webhooks;

public sealed class SecretSealTests
{
    private static readonly Guid Webhook = Guid.NewGuid();

    private static readonly byte[] Secret = RandomNumberGenerator.GetBytes(32);

    [Fact]
    public void With_a_key_the_secret_is_encrypted_and_bound_to_its_webhook()
    {
        var seal = With(1);

        var kept = seal.Seal(Webhook, Secret);

        Assert.Equal(Secret, seal.Open(Webhook, kept));
        Assert.False(kept.AsSpan().IndexOf(Secret) >= 0);
        Assert.NotEqual(kept, seal.Seal(Webhook, Secret));
        Assert.Null(seal.Open(Guid.NewGuid(), kept));
        Assert.Null(With(2).Open(Webhook, kept));
        Assert.Null(With(null).Open(Webhook, kept));
    }

    [Fact]
    public void A_secret_from_before_there_was_a_key_stays_readable() =>
        Assert.Equal(Secret, With(1).Open(Webhook, With(null).Seal(Webhook, Secret)));

    private static SecretSeal With(byte? key) => new(Options.Create(new WebhookOptions
    {
        EncryptionKey = key is { } fill ? Convert.ToBase64String(Enumerable.Repeat(fill, 32).ToArray()) : null,
    }));
}
