using SessionService.Application.Paging;
using SessionService.Domain.Keys;

namespace SessionService.Application.Keys;

/// <summary>Keeps the keys. It knows no secret, only hashes.</summary>
public interface IKeyStore
{
    /// <summary>A key; <see langword="null"/> where there is no such one.</summary>
    Task<ApiKey?> FindAsync(Guid keyId, CancellationToken cancellationToken);

    Task AddAsync(ApiKey key, CancellationToken cancellationToken);

    /// <summary>A page of keys, newest first.</summary>
    /// <param name="userId">Whose keys; <see langword="null"/> for all, those of services among them.</param>
    Task<Paged<ApiKey>> ListAsync(string? userId, PageRange range, CancellationToken cancellationToken);

    /// <summary>Revokes a key, unless it is revoked already.</summary>
    /// <returns>The key as it is now; <see langword="null"/> where there is no such one.</returns>
    Task<ApiKey?> RevokeAsync(Guid keyId, DateTimeOffset now, CancellationToken cancellationToken);
}
