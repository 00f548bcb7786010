using Microsoft.AspNetCore.Mvc;
using SessionService.Api.Identity;
using SessionService.Api.OpenApi;
using SessionService.Api.Sessions;
using SessionService.Application.Sessions;

namespace SessionService.Api.Archival;

/// <summary>Sessions that are put away, and taken up again.</summary>
[ApiController]
[Tags("Sessions")]
public sealed class ArchivalController(SessionsService sessions) : ControllerBase
{
    /// <summary>Puts a session away</summary>
    /// <remarks>
    /// From whatever status: it becomes `archived`, and stays readable with all its data. An ended session stays `ended`, and is marked by
    /// `archived_at` alone. Doing it again changes nothing.
    /// </remarks>
    /// <response code="200">The session as it is now.</response>
    [HttpPost("api/v1/sessions/{session_id:guid}/archive", Name = "archive_session")]
    [ProducesResponseType<SessionResponse>(StatusCodes.Status200OK)]
    [ProducesProblem(StatusCodes.Status404NotFound)]
    public async Task<SessionResponse> Archive(
        [FromRoute(Name = "session_id")] Guid sessionId, [FromCaller] string userId, CancellationToken cancellationToken) =>
        Response.Tag(await sessions.ArchiveAsync(userId, sessionId, cancellationToken));

    /// <summary>Takes a session up again</summary>
    /// <remarks>
    /// One that was put away or had expired becomes `active`; an ended one stays `ended`, and is no longer put away. Others stay as they
    /// are.
    /// </remarks>
    /// <response code="200">The session as it is now.</response>
    [HttpPost("api/v1/sessions/{session_id:guid}/restore", Name = "restore_session")]
    [ProducesResponseType<SessionResponse>(StatusCodes.Status200OK)]
    [ProducesProblem(StatusCodes.Status404NotFound)]
    public async Task<SessionResponse> Unarchive(
        [FromRoute(Name = "session_id")] Guid sessionId, [FromCaller] string userId, CancellationToken cancellationToken) =>
        Response.Tag(await sessions.UnarchiveAsync(userId, sessionId, cancellationToken));
}
