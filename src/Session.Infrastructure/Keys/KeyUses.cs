using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using SessionService.Application.Keys;
using SessionService.Domain.Keys;

namespace SessionService.Infrastructure.Keys;

/// <summary>Keys that were used and whose last use is to be written. A request only leaves a note here; a job writes.</summary>
internal sealed class KeyUses(IOptions<KeyOptions> options)
{
    private readonly ConcurrentDictionary<Guid, bool> _noted = new();

    /// <summary>Only keys that exist are noted, no more than are remembered.</summary>
    public void Note(ApiKey key, DateTimeOffset now)
    {
        if (!(key.LastUsedAt > now - options.Value.NoteUseEvery) && _noted.Count < options.Value.MaxCached)
        {
            _noted.TryAdd(key.KeyId, value: true);
        }
    }

    public Guid[] Noted() => [.. _noted.Keys];

    public void Remove(Guid[] keyIds) => Array.ForEach(keyIds, id => _noted.TryRemove(id, out _));
}
