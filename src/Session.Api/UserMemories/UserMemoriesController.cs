using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using SessionService.Api.Compression;
using SessionService.Api.Consistency;
using SessionService.Api.Idempotency;
using SessionService.Api.Identity;
using SessionService.Api.OpenApi;
using SessionService.Api.Preconditions;
using SessionService.Application.Preconditions;
using SessionService.Application.UserMemories;

namespace SessionService.Api.UserMemories;

/// <summary>What is worth knowing about a user for longer than a session.</summary>
[ApiController]
[Tags("Memories of users")]
[Route("api/v1/users/{user_id}/memories")]
public sealed class UserMemoriesController(UserMemoriesService memories) : ControllerBase
{
    /// <summary>Creates a memory of a user</summary>
    /// <remarks>
    /// A fact, a preference, an episode, a procedure, or what else is to be found again later. It may say which of the user's sessions, and
    /// which message of that session, it came from; when it ceases to hold; and how much it matters.
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
    /// <remarks>Newest first by creation, ties by id; by page, or by `cursor` from where another answer ended.</remarks>
    /// <response code="200">A page of memories.</response>
    [HttpGet(Name = "list_user_memories")]
    [EventualReads]
    [Compresses]
    [ProducesResponseType<UserMemoryListResponse>(StatusCodes.Status200OK)]
    [ProducesProblem(StatusCodes.Status403Forbidden)]
    public Task<UserMemoryListResponse> List(
        [FromPathUser] string userId,
        [FromQuery(Name = "")] ListUserMemoriesQuery query,
        CancellationToken cancellationToken) =>
        memories.ListAsync(userId, query, cancellationToken);

    /// <summary>Gets a memory of a user</summary>
    /// <remarks>With its version in the `ETag`.</remarks>
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
    /// <remarks>What it is and what it was before each change, the newest first. The last 1,000 are kept besides the current one.</remarks>
    /// <response code="200">A page of versions.</response>
    [HttpGet("{memory_id:guid}/versions", Name = "list_user_memory_versions")]
    [EventualReads]
    [Compresses]
    [ProducesResponseType<UserMemoryVersionsResponse>(StatusCodes.Status200OK)]
    [ProducesProblem(StatusCodes.Status403Forbidden, StatusCodes.Status404NotFound)]
    public Task<UserMemoryVersionsResponse> ListVersions(
        [FromPathUser] string userId,
        [FromRoute(Name = "memory_id")] Guid memoryId,
        [FromQuery(Name = "")] ListUserMemoryVersionsQuery query,
        CancellationToken cancellationToken) =>
        memories.ListVersionsAsync(userId, memoryId, query, cancellationToken);

    /// <summary>Replaces a memory of a user</summary>
    /// <remarks>
    /// What is not given is as in a new memory. What was there is kept as a version; where nothing is changed, nothing is kept. With
    /// `If-Match` nothing is changed unless the memory is the version that it names.
    /// </remarks>
    /// <param name="request">What to put in its place.</param>
    /// <response code="200">The memory as it is now.</response>
    [HttpPut("{memory_id:guid}", Name = "replace_user_memory")]
    [ProducesResponseType<UserMemoryResponse>(StatusCodes.Status200OK)]
    [ProducesProblem(StatusCodes.Status403Forbidden, StatusCodes.Status404NotFound, StatusCodes.Status412PreconditionFailed)]
    public async Task<UserMemoryResponse> Replace(
        [FromPathUser] string userId,
        [FromRoute(Name = "memory_id")] Guid memoryId,
        WriteUserMemoryRequest request,
        [FromIfMatch] Precondition precondition,
        CancellationToken cancellationToken) =>
        Tagged(await memories.ReplaceAsync(userId, memoryId, request, precondition, cancellationToken));

    /// <summary>Changes a memory of a user</summary>
    /// <remarks>
    /// A JSON merge patch (RFC 7396), as of sessions: what is given replaces what was there, what is absent stays, and `null` takes away:
    /// the type is the default then, the labels are empty. `metadata` are merged member by member at every level. With another `session_id`
    /// the `sequence` goes, unless a new one is given. What was there is kept as a version; where nothing is changed, nothing is kept. With
    /// `If-Match` nothing is changed unless the memory is the version that it names.
    /// </remarks>
    /// <param name="request">What to change.</param>
    /// <response code="200">The memory as it is now.</response>
    [HttpPatch("{memory_id:guid}", Name = "change_user_memory")]
    [ProducesResponseType<UserMemoryResponse>(StatusCodes.Status200OK)]
    [ProducesProblem(StatusCodes.Status403Forbidden, StatusCodes.Status404NotFound, StatusCodes.Status412PreconditionFailed)]
    public async Task<UserMemoryResponse> Patch(
        [FromPathUser] string userId,
        [FromRoute(Name = "memory_id")] Guid memoryId,
        PatchUserMemoryRequest request,
        [FromIfMatch] Precondition precondition,
        CancellationToken cancellationToken) =>
        Tagged(await memories.PatchAsync(userId, memoryId, request, precondition, cancellationToken));

    /// <summary>Deletes a memory of a user</summary>
    /// <remarks>With all its versions, for good. With `If-Match` only if the memory is the version that it names.</remarks>
    /// <response code="200">The memory is gone.</response>
    [HttpDelete("{memory_id:guid}", Name = "delete_user_memory")]
    [ProducesResponseType<UserMemoryDeletedResponse>(StatusCodes.Status200OK)]
    [ProducesProblem(StatusCodes.Status403Forbidden, StatusCodes.Status404NotFound, StatusCodes.Status412PreconditionFailed)]
    public async Task<UserMemoryDeletedResponse> Delete(
        [FromPathUser] string userId,
        [FromRoute(Name = "memory_id")] Guid memoryId,
        [FromIfMatch] Precondition precondition,
        CancellationToken cancellationToken)
    {
        await memories.DeleteAsync(userId, memoryId, precondition, cancellationToken);
        return new UserMemoryDeletedResponse();
    }

    private UserMemoryResponse Tagged(UserMemoryResponse memory)
    {
        Response.SetVersion(memory.Version.ToString(CultureInfo.InvariantCulture));
        return memory;
    }

    private static string PathOf(string userId) => $"/api/v1/users/{Uri.EscapeDataString(userId)}/memories";
}
