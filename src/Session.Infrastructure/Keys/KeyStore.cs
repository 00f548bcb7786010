using Microsoft.EntityFrameworkCore;
using SessionService.Application.Keys;
using SessionService.Application.Paging;
using SessionService.Domain.Keys;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Keys;

/// <summary>The rows of keys. The primary answers, because a standby may not know yet that a key was revoked.</summary>
internal sealed class KeyStore(SessionContexts contexts, KnownKeys known) : IKeyStore
{
    public async Task<ApiKey?> FindAsync(Guid keyId, CancellationToken cancellationToken)
    {
        await using var context = contexts.OfPrimary();
        return await FindAsync(context, keyId, cancellationToken);
    }

    public async Task AddAsync(ApiKey key, CancellationToken cancellationToken)
    {
        await using var context = contexts.OfPrimary();
        context.ApiKeys.Add(key);
        await context.SaveChangesAsync(cancellationToken);
    }

    public async Task<Paged<ApiKey>> ListAsync(string? userId, PageRange range, CancellationToken cancellationToken)
    {
        await using var context = contexts.OfPrimary();
        var keys = userId is null ? context.ApiKeys : context.ApiKeys.Where(key => key.UserId == userId);
        var total = await keys.LongCountAsync(cancellationToken);

        // The ids are of version 7: their order is that of creation.
        List<ApiKey> page = range.Skip >= total
            ? []
            : await keys.AsNoTracking().OrderByDescending(key => key.KeyId).Skip((int)range.Skip).Take(range.Size)
                .ToListAsync(cancellationToken);
        return new Paged<ApiKey>(page, total, range.Skip + page.Count < total);
    }

    public async Task<ApiKey?> RevokeAsync(Guid keyId, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var context = contexts.OfPrimary();
        await context.ApiKeys.Where(key => key.KeyId == keyId && key.RevokedAt == null)
            .ExecuteUpdateAsync(key => key.SetProperty(k => k.RevokedAt, now), cancellationToken);
        known.Forget(keyId);
        return await FindAsync(context, keyId, cancellationToken);
    }

    /// <summary>Writes that keys were used, unless a time is written that is late enough.</summary>
    /// <param name="since">A later time than this is late enough.</param>
    public async Task NoteUseAsync(Guid[] keyIds, DateTimeOffset now, DateTimeOffset since, CancellationToken cancellationToken)
    {
        await using var context = contexts.OfPrimary();
        await context.ApiKeys.Where(key => keyIds.Contains(key.KeyId) && (key.LastUsedAt == null || key.LastUsedAt <= since))
            .ExecuteUpdateAsync(key => key.SetProperty(k => k.LastUsedAt, now), cancellationToken);
    }

    private static Task<ApiKey?> FindAsync(SessionDbContext context, Guid keyId, CancellationToken cancellationToken) =>
        context.ApiKeys.AsNoTracking().SingleOrDefaultAsync(key => key.KeyId == keyId, cancellationToken);
}
