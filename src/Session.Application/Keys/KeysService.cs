using AutoMapper;
using SessionService.Application.Paging;
using SessionService.Application.Time;
using SessionService.Domain.Errors;
using SessionService.Domain.Identity;
using SessionService.Domain.Keys;

namespace SessionService.Application.Keys;

/// <summary>Creates, lists and revokes keys.</summary>
public sealed class KeysService(IKeyStore keys, IMapper mapper, TimeProvider time)
{
    /// <summary>Creates a key. Its text is in the answer, and nowhere else.</summary>
    public async Task<CreatedKeyResponse> CreateAsync(CreateKeyRequest request, CancellationToken cancellationToken)
    {
        var now = time.GetDatabaseNow();
        var secret = KeyText.NewSecret();
        var key = new ApiKey
        {
            KeyId = Guid.CreateVersion7(now),
            UserId = UserIds.Normalize(request.UserId),
            Name = request.Name,
            SecretHash = KeyText.Hash(secret),
            CreatedAt = now,
            ExpiresAt = request.ExpiresAt?.ToDatabaseTime(),
        };
        await keys.AddAsync(key, cancellationToken);
        return mapper.Map<CreatedKeyResponse>(key, options => options.Items[KeyMapping.Text] = KeyText.Of(key.KeyId, secret));
    }

    /// <exception cref="NotFoundException">There is no such key.</exception>
    public async Task<KeyResponse> GetAsync(Guid keyId, CancellationToken cancellationToken) =>
        mapper.Map<KeyResponse>(await keys.FindAsync(keyId, cancellationToken) ?? throw KeyErrors.NotFound());

    public async Task<KeyListResponse> ListAsync(ListKeysQuery query, CancellationToken cancellationToken)
    {
        var range = query.ToRange(ListKeysQuery.DefaultPageSize);
        var page = await keys.ListAsync(UserIds.Normalize(query.UserId), range, cancellationToken);
        return new KeyListResponse
        {
            Keys = mapper.Map<List<KeyResponse>>(page.Items),
            Total = page.Total,
            Page = range.Page,
            PageSize = range.Size,
        };
    }

    /// <summary>Revokes a key; also one that is revoked already.</summary>
    /// <exception cref="NotFoundException">There is no such key.</exception>
    public async Task<KeyResponse> RevokeAsync(Guid keyId, CancellationToken cancellationToken) =>
        mapper.Map<KeyResponse>(
            await keys.RevokeAsync(keyId, time.GetDatabaseNow(), cancellationToken) ?? throw KeyErrors.NotFound());
}
