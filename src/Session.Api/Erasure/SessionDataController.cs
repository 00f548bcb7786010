using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.Mvc;
using SessionService.Api.Identity;
using SessionService.Api.OpenApi;
using SessionService.Api.Preconditions;
using SessionService.Api.Turns;
using SessionService.Application.Erasure;
using SessionService.Application.Preconditions;
using SessionService.Application.Time;

namespace SessionService.Api.Erasure;

/// <summary>Erasure of a session.</summary>
[ApiController]
[Tags("Sessions")]
[Route("api/v1/sessions/{session_id:guid}/data")]
public sealed class SessionDataController(ISessionDataStore data, TimeProvider time) : ControllerBase
{
    /// <summary>Counts what belongs to a session</summary>
    /// <remarks>
    /// Counts the rows that an erasure of the session would remove, by table. Attachments are counted if no other session refers to them.
    /// A row of the search index holds messages of several sessions; the count is of the rows that hold any of this session.
    /// </remarks>
    /// <response code="200">The counts, as of one moment.</response>
    [HttpGet(Name = "count_session_data")]
    [TakesTurn(Work.Search)]
    [ProducesResponseType<SessionDataResponse>(StatusCodes.Status200OK)]
    [ProducesProblem(StatusCodes.Status404NotFound)]
    public async Task<SessionDataResponse> Count(
        [FromRoute(Name = "session_id")] Guid sessionId, [FromCaller] string userId, CancellationToken cancellationToken) =>
        SessionDataResponse.Of(userId, sessionId, await data.CountAsync(userId, sessionId, cancellationToken));

    /// <summary>Erases a session for good</summary>
    /// <remarks>
    /// Erases the session with its messages, branches, feedback and memory, with all data derived from them, and with the attachments to
    /// which no other session refers, and their bytes. The service's statistics and the usage no longer count the session. This cannot be
    /// undone. Forks of the session stay, and so do memories of the user that name it as their origin. With `If-Match` the session is
    /// erased only if it has one of the named versions.
    ///
    /// A second erasure is answered 404, and the id may be used again. If the connection ends early or the answer is 503, send the same
    /// request again: 404 then says that nothing is left.
    /// </remarks>
    /// <response code="200">What was removed.</response>
    [HttpDelete(Name = "erase_session_data")]
    [TakesTurn(Work.Erasure)]
    [DisableRequestTimeout]
    [ProducesResponseType<SessionErasureReceiptResponse>(StatusCodes.Status200OK)]
    [ProducesProblem(StatusCodes.Status404NotFound, StatusCodes.Status412PreconditionFailed)]
    public async Task<SessionErasureReceiptResponse> Erase(
        [FromRoute(Name = "session_id")] Guid sessionId,
        [FromIfMatch] Precondition precondition,
        [FromCaller] string userId,
        CancellationToken cancellationToken)
    {
        var now = time.GetDatabaseNow();
        return SessionErasureReceiptResponse.Of(
            userId, sessionId, now, await data.EraseAsync(userId, sessionId, precondition, cancellationToken));
    }
}
