using Microsoft.AspNetCore.Mvc;
using SessionService.Api.Idempotency;
using SessionService.Api.OpenApi;
using SessionService.Application.Keys;

namespace SessionService.Api.Keys;

/// <summary>The keys of users and services. These routes exist where keys name the caller (<c>Identity:Mode=ApiKey</c>).</summary>
[ApiController]
[Tags("Keys")]
[Route("api/v1/keys")]
[RequiresServiceKey]
public sealed class KeysController(KeysService keys) : ControllerBase
{
    /// <summary>Creates a key</summary>
    /// <remarks>
    /// For a user, or with `"service": true` for a service, which acts for any user. The text of the key is in this answer only: the
    /// service keeps a hash of it. The first key comes from the command `keys create`.
    ///
    /// A request that is sent again creates another key, so an `Idempotency-Key` is refused. A key whose text was lost can be revoked.
    /// </remarks>
    /// <param name="request">Whose key it is.</param>
    /// <response code="201">The key, with its text.</response>
    [HttpPost(Name = "create_key")]
    [RefusesIdempotencyKey("is not taken here: the text of a key is told once")]
    [ProducesResponseType<CreatedKeyResponse>(StatusCodes.Status201Created)]
    [ProducesProblem(StatusCodes.Status422UnprocessableEntity)]
    public async Task<IActionResult> Create(CreateKeyRequest request, CancellationToken cancellationToken)
    {
        var key = await keys.CreateAsync(request, cancellationToken);
        return Created($"/api/v1/keys/{key.KeyId}", key);
    }

    /// <summary>Lists keys</summary>
    /// <remarks>Newest first, those that are expired or revoked among them.</remarks>
    /// <response code="200">A page of keys, without their texts.</response>
    [HttpGet(Name = "list_keys")]
    [ProducesResponseType<KeyListResponse>(StatusCodes.Status200OK)]
    [ProducesProblem(StatusCodes.Status422UnprocessableEntity)]
    public Task<KeyListResponse> List([FromQuery(Name = "")] ListKeysQuery query, CancellationToken cancellationToken) =>
        keys.ListAsync(query, cancellationToken);

    /// <summary>Gets a key</summary>
    /// <response code="200">The key, without its text.</response>
    [HttpGet("{key_id:guid}", Name = "get_key")]
    [ProducesResponseType<KeyResponse>(StatusCodes.Status200OK)]
    [ProducesProblem(StatusCodes.Status404NotFound, StatusCodes.Status422UnprocessableEntity)]
    public Task<KeyResponse> Get([FromRoute(Name = "key_id")] Guid keyId, CancellationToken cancellationToken) =>
        keys.GetAsync(keyId, cancellationToken);

    /// <summary>Revokes a key</summary>
    /// <remarks>
    /// For good. This instance refuses the key at once, other instances after a few seconds. A key that is revoked already stays so.
    /// </remarks>
    /// <response code="200">The key, which is revoked.</response>
    [HttpDelete("{key_id:guid}", Name = "revoke_key")]
    [ProducesResponseType<KeyResponse>(StatusCodes.Status200OK)]
    [ProducesProblem(StatusCodes.Status404NotFound, StatusCodes.Status422UnprocessableEntity)]
    public Task<KeyResponse> Revoke([FromRoute(Name = "key_id")] Guid keyId, CancellationToken cancellationToken) =>
        keys.RevokeAsync(keyId, cancellationToken);
}
