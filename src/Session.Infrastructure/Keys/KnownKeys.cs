using System.Collections.Concurrent;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Options;
using SessionService.Application.Keys;
using SessionService.Domain.Keys;

namespace SessionService.Infrastructure.Keys;

/// <summary>
/// What the database said about keys in the last seconds, and the questions that are under way. Their number is limited. Ids that no key
/// has are remembered apart, so that guessed ones do not displace the keys of clients.
/// </summary>
internal sealed class KnownKeys(IOptions<KeyOptions> options, TimeProvider time) : IDisposable
{
    private readonly MemoryCache _keys = NewCache(options);
    private readonly MemoryCache _strangers = NewCache(options);
    private readonly ConcurrentDictionary<Guid, Lazy<Task<ApiKey?>>> _asked = new();

    /// <summary>The key with an id, or <see langword="null"/> where there is none; asks only if nothing is known.</summary>
    /// <param name="ask">Asks the database. Requests that come at once share a question, so it belongs to none of them.</param>
    /// <param name="cancellationToken">Ends the wait, and not the question.</param>
    public Task<ApiKey?> GetAsync(Guid keyId, Func<Guid, Task<ApiKey?>> ask, CancellationToken cancellationToken)
    {
        if ((Find(_keys, keyId) ?? Find(_strangers, keyId)) is { } answer)
        {
            return Task.FromResult(answer.Key);
        }

        return _asked.GetOrAdd(keyId, id => new Lazy<Task<ApiKey?>>(() => AskAsync(id, ask))).Value.WaitAsync(cancellationToken);
    }

    public void Forget(Guid keyId) => _keys.Remove(keyId);

    public void Dispose()
    {
        _keys.Dispose();
        _strangers.Dispose();
    }

    private static MemoryCache NewCache(IOptions<KeyOptions> options) =>
        new(new MemoryCacheOptions { SizeLimit = options.Value.MaxCached });

    // The age is taken from a clock that nobody sets: the cache itself follows the time of day.
    private Answer? Find(MemoryCache cache, Guid keyId) =>
        cache.TryGetValue(keyId, out Answer? answer) && time.GetElapsedTime(answer!.AskedAt) < options.Value.CacheFor ? answer : null;

    private async Task<ApiKey?> AskAsync(Guid keyId, Func<Guid, Task<ApiKey?>> ask)
    {
        try
        {
            var askedAt = time.GetTimestamp();
            var key = await ask(keyId);
            (key is null ? _strangers : _keys).Set(
                keyId,
                new Answer(key, askedAt),
                new MemoryCacheEntryOptions { Size = 1, AbsoluteExpirationRelativeToNow = options.Value.CacheFor });
            return key;
        }
        finally
        {
            _asked.TryRemove(keyId, out _);
        }
    }

    private sealed record Answer(ApiKey? Key, long AskedAt);
}
