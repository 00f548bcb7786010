using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using SessionService.Api.Compression;
using SessionService.Api.Consistency;
using SessionService.Api.Idempotency;
using SessionService.Api.Identity;
using SessionService.Api.OpenApi;
using SessionService.Api.Preconditions;
using SessionService.Api.Streaming;
using SessionService.Application.Preconditions;
using SessionService.Application.UserMemories;

namespace SessionService.Api.UserMemories;

/// <summary>The memories of a user, which outlast sessions.</summary>
[ApiController]
[Tags("Memories of users")]
[Route("api/v1/users/{user_id}/memories")]
public sealed class UserMemoriesController(UserMemoriesService memories) : ControllerBase
{
    /// <summary>Creates a memory of a user</summary>
    /// <remarks>
    /// A fact, a preference, an episode, a procedure, or anything else that should be found again later. A memory may name the session and
    /// the message that it came from, the time at which it ceases to hold, and its importance.
    ///
    /// With an `Idempotency-Key` the same request sent again creates nothing and is answered as the first time, with
    /// `Idempotency-Replayed: true`, even if the memory was changed since.
    /// </remarks>
    /// <param name="request">The memory.</param>
    /// <response code="201">The memory, its first version.</response>
    [HttpPost(Name = "create_user_memory")]
    [ProducesResponseType<UserMemoryResponse>(StatusCodes.Status201Created)]
    [ProducesProblem(StatusCodes.Status403Forbidden, StatusCodes.Status409Conflict)]
    public async Task<IActionResult> Create(
        [FromPathUser] string userId,
        WriteUserMemoryRequest request,
        [FromIdempotencyKey] string? idempotencyKey,
        CancellationToken cancellationToken)
    {
        var memory = Response.MarkReplay(await memories.CreateAsync(userId, request, idempotencyKey, cancellationToken));
        return Created($"{PathOf(userId)}/{memory.MemoryId}", Tagged(memory));
    }

    /// <summary>Creates memories of a user</summary>
    /// <remarks>
    /// All of them or none. An invalid one fails the whole, with `errors` naming its index (`memories[3].content`). The `Idempotency-Key`
    /// is that of the batch as a whole.
    /// </remarks>
    /// <param name="request">The memories.</param>
    /// <response code="201">The memories, in the given order.</response>
    [HttpPost("batch", Name = "create_user_memories")]
    [ProducesResponseType<UserMemoryBatchResponse>(StatusCodes.Status201Created)]
    [ProducesProblem(StatusCodes.Status403Forbidden, StatusCodes.Status409Conflict)]
    public async Task<IActionResult> CreateBatch(
        [FromPathUser] string userId,
        CreateUserMemoryBatchRequest request,
        [FromIdempotencyKey] string? idempotencyKey,
        CancellationToken cancellationToken)
    {
        return Created(
            PathOf(userId), Response.MarkReplay(await memories.CreateBatchAsync(userId, request, idempotencyKey, cancellationToken)));
    }

    /// <summary>Lists the memories of a user</summary>
    /// <remarks>
    /// Newest first by creation, ties by id; by page, or by `cursor` from where another answer ended. An answer to a cursor ends early at
    /// about 16 MiB of text, with at least one memory.
    /// </remarks>
    /// <response code="200">A page of memories.</response>
    [HttpGet(Name = "list_user_memories")]
    [EventualReads]
    [Compresses]
    [ProducesResponseType<UserMemoryListResponse>(StatusCodes.Status200OK)]
    [ProducesProblem(StatusCodes.Status403Forbidden)]
    public Task<IActionResult> List(
        [FromPathUser] string userId,
        [FromQuery(Name = "")] ListUserMemoriesQuery query,
        CancellationToken cancellationToken) =>
        memories.ListAsync(userId, query, cancellationToken).ToResultAsync(cancellationToken);

    /// <summary>Gets a memory of a user</summary>
    /// <remarks>The `ETag` holds the memory's version.</remarks>
    /// <response code="200">The memory as it is now.</response>
    [HttpGet("{memory_id:guid}", Name = "get_user_memory")]
    [EventualReads]
    [ProducesResponseType<UserMemoryResponse>(StatusCodes.Status200OK)]
    [ProducesProblem(StatusCodes.Status403Forbidden, StatusCodes.Status404NotFound)]
    public async Task<UserMemoryResponse> Get(
        [FromPathUser] string userId,
        [FromRoute(Name = "memory_id")] Guid memoryId,
        CancellationToken cancellationToken) =>
        Tagged(await memories.GetAsync(userId, memoryId, cancellationToken));

    /// <summary>Lists the versions of a memory</summary>
    /// <remarks>The current version and the earlier ones, newest first. The service keeps the last 1,000 earlier versions.</remarks>
    /// <response code="200">A page of versions.</response>
    [HttpGet("{memory_id:guid}/versions", Name = "list_user_memory_versions")]
    [EventualReads]
    [Compresses]
    [ProducesResponseType<UserMemoryVersionsResponse>(StatusCodes.Status200OK)]
    [ProducesProblem(StatusCodes.Status403Forbidden, StatusCodes.Status404NotFound)]
    public Task<IActionResult> ListVersions(
        [FromPathUser] string userId,
        [FromRoute(Name = "memory_id")] Guid memoryId,
        [FromQuery(Name = "")] ListUserMemoryVersionsQuery query,
        CancellationToken cancellationToken) =>
        memories.ListVersionsAsync(userId, memoryId, query, cancellationToken).ToResultAsync(cancellationToken);

    /// <summary>Replaces a memory of a user</summary>
    /// <remarks>
    /// A field that is not given gets its default, as in a new memory. The replaced state is kept as a version, unless nothing changes.
    /// With `If-Match` the memory is replaced only if it has one of the named versions. With an `Idempotency-Key` the same request sent
    /// again makes no version and is answered as the first time, with `Idempotency-Replayed: true`.
    /// </remarks>
    /// <param name="request">What to put in its place.</param>
    /// <response code="200">The memory as it is now.</response>
    [HttpPut("{memory_id:guid}", Name = "replace_user_memory")]
    [ProducesResponseType<UserMemoryResponse>(StatusCodes.Status200OK)]
    [ProducesProblem(
        StatusCodes.Status403Forbidden,
        StatusCodes.Status404NotFound,
        StatusCodes.Status409Conflict,
        StatusCodes.Status412PreconditionFailed)]
    public async Task<UserMemoryResponse> Replace(
        [FromPathUser] string userId,
        [FromRoute(Name = "memory_id")] Guid memoryId,
        WriteUserMemoryRequest request,
        [FromIdempotencyKey] string? idempotencyKey,
        [FromIfMatch] Precondition precondition,
        CancellationToken cancellationToken) =>
        Tagged(Response.MarkReplay(
            await memories.ReplaceAsync(userId, memoryId, request, idempotencyKey, precondition, cancellationToken)));

    /// <summary>Changes a memory of a user</summary>
    /// <remarks>
    /// A JSON merge patch (RFC 7396), as for sessions. A given field replaces the stored one, an absent field stays, and `null` resets it:
    /// the type becomes the default, the labels become empty. `metadata` are merged member by member at every level. A new `session_id`
    /// removes the `sequence`, unless the patch gives one. The changed state is kept as a version, unless nothing changes. With `If-Match`
    /// the memory is changed only if it has one of the named versions. With an `Idempotency-Key` the same request sent again makes no
    /// version and is answered as the first time, with `Idempotency-Replayed: true`.
    /// </remarks>
    /// <param name="request">What to change.</param>
    /// <response code="200">The memory as it is now.</response>
    [HttpPatch("{memory_id:guid}", Name = "change_user_memory")]
    [ProducesResponseType<UserMemoryResponse>(StatusCodes.Status200OK)]
    [ProducesProblem(
        StatusCodes.Status403Forbidden,
        StatusCodes.Status404NotFound,
        StatusCodes.Status409Conflict,
        StatusCodes.Status412PreconditionFailed)]
    public async Task<UserMemoryResponse> Patch(
        [FromPathUser] string userId,
        [FromRoute(Name = "memory_id")] Guid memoryId,
        PatchUserMemoryRequest request,
        [FromIdempotencyKey] string? idempotencyKey,
        [FromIfMatch] Precondition precondition,
        CancellationToken cancellationToken) =>
        Tagged(Response.MarkReplay(
            await memories.PatchAsync(userId, memoryId, request, idempotencyKey, precondition, cancellationToken)));

    /// <summary>Deletes a memory of a user</summary>
    /// <remarks>
    /// Deletes the memory with all its versions, for good. With `If-Match` only if the memory has one of the named versions. With an
    /// `Idempotency-Key` the same request sent again is answered as the first time, with `Idempotency-Replayed: true`, and not with 404.
    /// </remarks>
    /// <response code="200">The memory is gone.</response>
    [HttpDelete("{memory_id:guid}", Name = "delete_user_memory")]
    [ProducesResponseType<UserMemoryDeletedResponse>(StatusCodes.Status200OK)]
    [ProducesProblem(
        StatusCodes.Status403Forbidden,
        StatusCodes.Status404NotFound,
        StatusCodes.Status409Conflict,
        StatusCodes.Status412PreconditionFailed)]
    public async Task<UserMemoryDeletedResponse> Delete(
        [FromPathUser] string userId,
        [FromRoute(Name = "memory_id")] Guid memoryId,
        [FromIdempotencyKey] string? idempotencyKey,
        [FromIfMatch] Precondition precondition,
        CancellationToken cancellationToken) =>
        Response.MarkReplay(await memories.DeleteAsync(userId, memoryId, idempotencyKey, precondition, cancellationToken));

    private UserMemoryResponse Tagged(UserMemoryResponse memory)
    {
        Response.SetVersion(memory.Version.ToString(CultureInfo.InvariantCulture));
        return memory;
    }

    private static string PathOf(string userId) => $"/api/v1/users/{Uri.EscapeDataString(userId)}/memories";
}
