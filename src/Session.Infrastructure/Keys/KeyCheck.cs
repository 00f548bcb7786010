using System.Security.Cryptography;
using SessionService.Application.Keys;
using SessionService.Application.Time;
using SessionService.Domain.Keys;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Keys;

/// <summary>Checks keys, and notes that they were used.</summary>
internal sealed class KeyCheck(KeyStore store, KnownKeys known, KeyUses uses, DatabaseHosts hosts, DatabasePulses pulses, TimeProvider time)
    : IKeyCheck
{
    // A request that nobody can check waits no longer than for a connection.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    // In place of the hash of an unknown key, so that the comparison is made for it as well. No secret has this hash.
    private static readonly byte[] NoHash = new byte[SHA256.HashSizeInBytes];

    public async Task<ApiKey?> FindValidAsync(string text, CancellationToken cancellationToken)
    {
        var secret = new byte[KeyText.SecretBytes];
        if (!KeyText.TryParse(text, out var keyId, secret))
        {
            return null;
        }

        var key = await known.GetAsync(keyId, AskAsync, cancellationToken);

        // The comparison takes the same time whatever differs, and it is made before anything else of the key counts.
        var isSecret = CryptographicOperations.FixedTimeEquals(KeyText.Hash(secret), key?.SecretHash ?? NoHash);
        var now = time.GetDatabaseNow();
        if (key is null || !isSecret || !key.IsValidAt(now))
        {
            return null;
        }

        uses.Note(key, now);
        return key;
    }

    private async Task<ApiKey?> AskAsync(Guid keyId)
    {
        hosts.Choose(userId: null);
        using var patience = new CancellationTokenSource(Patience);
        using var watch = pulses.Primary.Watch(patience.Token);
        try
        {
            return await store.FindAsync(keyId, watch.Token);
        }
        catch (OperationCanceledException exception)
        {
            throw new DatabaseLostException(exception);
        }
    }
}
