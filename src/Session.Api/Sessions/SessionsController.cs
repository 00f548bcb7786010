using Microsoft.AspNetCore.Mvc;
using SessionService.Api.Compression;
using SessionService.Api.Consistency;
using SessionService.Api.Idempotency;
using SessionService.Api.Identity;
using SessionService.Api.OpenApi;
using SessionService.Api.Preconditions;
using SessionService.Api.Streaming;
using SessionService.Application.Identity;
using SessionService.Application.Preconditions;
using SessionService.Application.Sessions;

namespace SessionService.Api.Sessions;

/// <summary>Sessions: the conversations of a user.</summary>
[ApiController]
[Tags("Sessions")]
public sealed class SessionsController(SessionsService sessions) : ControllerBase
{
    /// <summary>Creates a session</summary>
    /// <remarks>
    /// The owner is the caller, or the body's <c>user_id</c> where the request names no caller. A <c>session_id</c> that any user's session
    /// has already is refused.
    ///
    /// With an `Idempotency-Key` the same request sent again creates nothing and is answered as the first time, with
    /// `Idempotency-Replayed: true`.
    /// </remarks>
    /// <param name="request">The session.</param>
    /// <response code="201">The session, active and empty.</response>
    [HttpPost("api/v1/sessions", Name = "create_session")]
    [ProducesResponseType<SessionResponse>(StatusCodes.Status201Created)]
    [ProducesProblem(StatusCodes.Status403Forbidden, StatusCodes.Status409Conflict)]
    public async Task<IActionResult> Create(
        CreateSessionRequest request,
        [FromIdempotencyKey] string? idempotencyKey,
        [FromOptionalCaller] Caller caller,
        CancellationToken cancellationToken)
    {
        var session = Response.MarkReplay(await sessions.CreateAsync(request, idempotencyKey, caller, cancellationToken));
        return Created(PathOf(session.SessionId), Response.Tag(session));
    }

    /// <summary>Gets a session</summary>
    /// <remarks>
    /// The answer has the totals of the session's messages. For another user the session does not exist. The `ETag` changes with every
    /// change of the session and with every message. With it in `If-None-Match`, an unchanged session is answered 304, without a body.
    /// </remarks>
    /// <response code="200">The session with the totals of its messages.</response>
    /// <response code="304">The session is still as the client has it.</response>
    [HttpGet("api/v1/sessions/{session_id:guid}", Name = "get_session")]
    [EventualReads]
    [ProducesResponseType<SessionResponse>(StatusCodes.Status200OK)]
    [ProducesResponseType(StatusCodes.Status304NotModified)]
    [ProducesProblem(StatusCodes.Status404NotFound)]
    public async Task<IActionResult> Get(
        [FromRoute(Name = "session_id")] Guid sessionId,
        [FromIfNoneMatch] KnownVersions known,
        [FromCaller] string userId,
        CancellationToken cancellationToken)
    {
        var session = Response.Tag(await sessions.GetAsync(userId, sessionId, cancellationToken));
        return known.Include(session.VersionTag) ? StatusCode(StatusCodes.Status304NotModified) : Ok(session);
    }

    /// <summary>Changes a session</summary>
    /// <remarks>
    /// A given field replaces the stored one; an absent field stays. Status: <c>active</c> and <c>completed</c> lead to each other and to
    /// every other; <c>archived</c> and <c>expired</c> lead back to <c>active</c>; <c>ended</c> is final. The other fields of an ended
    /// session may still be written. Other fields are ignored, those that cannot be changed too: a client may send back what it has
    /// read. With `If-Match` the session is changed only if it has one of the named versions.
    /// </remarks>
    /// <param name="request">What to change.</param>
    /// <response code="200">The session as it is now.</response>
    [HttpPut("api/v1/sessions/{session_id:guid}", Name = "update_session")]
    [ProducesResponseType<SessionResponse>(StatusCodes.Status200OK)]
    [ProducesProblem(StatusCodes.Status404NotFound, StatusCodes.Status409Conflict, StatusCodes.Status412PreconditionFailed)]
    public async Task<SessionResponse> Update(
        [FromRoute(Name = "session_id")] Guid sessionId,
        UpdateSessionRequest request,
        [FromIfMatch] Precondition precondition,
        [FromCaller] string userId,
        CancellationToken cancellationToken) =>
        Response.Tag(await sessions.UpdateAsync(userId, sessionId, request, precondition, cancellationToken));

    /// <summary>Changes parts of a session</summary>
    /// <remarks>
    /// A JSON merge patch (RFC 7396), as `application/merge-patch+json` or `application/json`: objects are merged member by member at every
    /// level, null removes a member, and any other value replaces it; arrays are replaced as a whole. The database merges, so two
    /// simultaneous patches of different members both take effect. With `If-Match` the session is changed only if it has one of the named
    /// versions.
    ///
    /// A field that is unknown or cannot be patched is refused. `project_id` is short for `metadata.project_id`. `user_id` names the caller
    /// where nothing else does.
    /// </remarks>
    /// <param name="request">The patch.</param>
    /// <response code="200">The session as it is now.</response>
    [HttpPatch("api/v1/sessions/{session_id:guid}", Name = "patch_session")]
    [ProducesResponseType<SessionResponse>(StatusCodes.Status200OK)]
    [ProducesProblem(StatusCodes.Status403Forbidden, StatusCodes.Status404NotFound, StatusCodes.Status412PreconditionFailed)]
    public async Task<SessionResponse> Patch(
        [FromRoute(Name = "session_id")] Guid sessionId,
        PatchSessionRequest request,
        [FromIfMatch] Precondition precondition,
        [FromCaller] string userId,
        CancellationToken cancellationToken) =>
        Response.Tag(await sessions.PatchAsync(userId, sessionId, request, precondition, cancellationToken));

    /// <summary>Stars a session</summary>
    /// <remarks>Starring it again changes nothing. An ended session may be starred too.</remarks>
    /// <response code="200">The session as it is now.</response>
    [HttpPost("api/v1/sessions/{session_id:guid}/star", Name = "star_session")]
    [ProducesResponseType<SessionResponse>(StatusCodes.Status200OK)]
    [ProducesProblem(StatusCodes.Status404NotFound, StatusCodes.Status412PreconditionFailed)]
    public async Task<SessionResponse> Star(
        [FromRoute(Name = "session_id")] Guid sessionId,
        [FromIfMatch] Precondition precondition,
        [FromCaller] string userId,
        CancellationToken cancellationToken) =>
        Response.Tag(await sessions.StarAsync(userId, sessionId, isStarred: true, precondition, cancellationToken));

    /// <summary>Removes a session's star</summary>
    /// <remarks>A session without a star stays as it is.</remarks>
    /// <response code="200">The session as it is now.</response>
    [HttpDelete("api/v1/sessions/{session_id:guid}/star", Name = "unstar_session")]
    [ProducesResponseType<SessionResponse>(StatusCodes.Status200OK)]
    [ProducesProblem(StatusCodes.Status404NotFound, StatusCodes.Status412PreconditionFailed)]
    public async Task<SessionResponse> Unstar(
        [FromRoute(Name = "session_id")] Guid sessionId,
        [FromIfMatch] Precondition precondition,
        [FromCaller] string userId,
        CancellationToken cancellationToken) =>
        Response.Tag(await sessions.StarAsync(userId, sessionId, isStarred: false, precondition, cancellationToken));

    /// <summary>Ends a session</summary>
    /// <remarks>
    /// The session stays readable with all its data, and takes no more messages. Ending it again changes nothing. With `If-Match` it is
    /// ended only if it has one of the named versions.
    /// </remarks>
    /// <response code="200">The session has ended.</response>
    [HttpDelete("api/v1/sessions/{session_id:guid}", Name = "end_session")]
    [ProducesResponseType<SessionEndedResponse>(StatusCodes.Status200OK)]
    [ProducesProblem(StatusCodes.Status404NotFound, StatusCodes.Status412PreconditionFailed)]
    public async Task<SessionEndedResponse> End(
        [FromRoute(Name = "session_id")] Guid sessionId,
        [FromIfMatch] Precondition precondition,
        [FromCaller] string userId,
        CancellationToken cancellationToken)
    {
        await sessions.EndAsync(userId, sessionId, precondition, cancellationToken);
        return new SessionEndedResponse();
    }

    /// <summary>Gets a session's figures</summary>
    /// <remarks>The totals without the free JSON, and whether there is a memory.</remarks>
    /// <response code="200">The figures, without the free JSON.</response>
    [HttpGet("api/v1/sessions/{session_id:guid}/summary", Name = "get_session_summary")]
    [EventualReads]
    [ProducesResponseType<SessionSummaryResponse>(StatusCodes.Status200OK)]
    [ProducesProblem(StatusCodes.Status404NotFound)]
    public Task<SessionSummaryResponse> GetSummary(
        [FromRoute(Name = "session_id")] Guid sessionId, [FromCaller] string userId, CancellationToken cancellationToken) =>
        sessions.GetSummaryAsync(userId, sessionId, cancellationToken);

    /// <summary>Lists the caller's sessions</summary>
    /// <remarks>
    /// Newest first by creation, ties by id. A page beyond the end is empty. With the `next_cursor` of an answer as `cursor` the list
    /// continues where that answer ended. The cost does not depend on the position, and no session comes twice or is left out while others
    /// are created. An answer to a cursor ends early at about 16 MiB of text, with at least one session.
    /// </remarks>
    /// <response code="200">A page of sessions.</response>
    [HttpGet("api/v1/sessions", Name = "list_sessions")]
    [EventualReads]
    [Compresses]
    [ProducesResponseType<SessionListResponse>(StatusCodes.Status200OK)]
    public Task<IActionResult> List(
        [FromQuery(Name = "")] ListSessionsQuery query, [FromNamedCaller] string userId, CancellationToken cancellationToken) =>
        sessions.ListAsync(userId, query, cancellationToken).ToResultAsync(cancellationToken);

    /// <summary>Lists the caller's starred sessions</summary>
    /// <remarks>The list of the caller's sessions with <c>starred=true</c>, under the path of the previous service.</remarks>
    /// <response code="200">A page of sessions.</response>
    [HttpGet("api/v1/sessions/starred", Name = "list_starred_sessions")]
    [EventualReads]
    [Compresses]
    [ProducesResponseType<SessionListResponse>(StatusCodes.Status200OK)]
    public Task<IActionResult> ListStarred(
        [FromQuery(Name = "")] ListStarredSessionsQuery query, [FromNamedCaller] string userId, CancellationToken cancellationToken) =>
        sessions.ListAsync(userId, query, cancellationToken).ToResultAsync(cancellationToken);

    /// <summary>Lists a user's sessions (the older path)</summary>
    /// <remarks>
    /// The user in the path is the caller unless the request names one. Otherwise like the list of the caller's sessions.
    /// </remarks>
    /// <response code="200">A page of sessions.</response>
    [HttpGet("api/v1/users/{user_id}/sessions", Name = "list_user_sessions")]
    [EventualReads]
    [Compresses]
    [ProducesResponseType<SessionListResponse>(StatusCodes.Status200OK)]
    [ProducesProblem(StatusCodes.Status403Forbidden)]
    public Task<IActionResult> ListOfUser(
        [FromPathUser] string userId,
        [FromQuery(Name = "")] ListSessionsQuery query,
        CancellationToken cancellationToken) =>
        sessions.ListAsync(userId, query, cancellationToken).ToResultAsync(cancellationToken);

    private static string PathOf(Guid sessionId) => $"/api/v1/sessions/{sessionId}";
}
