using Microsoft.AspNetCore.Mvc;
using SessionService.Api.Identity;
using SessionService.Api.OpenApi;
using SessionService.Api.Sessions;
using SessionService.Application.Sessions;

namespace SessionService.Api.Archival;

/// <summary>Archiving of sessions, and its undoing.</summary>
[ApiController]
[Tags("Sessions")]
public sealed class ArchivalController(SessionsService sessions) : ControllerBase
{
    /// <summary>Archives a session</summary>
    /// <remarks>
    /// A session of any status becomes `archived` and stays readable with all its data. An ended session stays `ended`; only its
    /// `archived_at` is set. Archiving it again changes nothing.
    /// </remarks>
    /// <response code="200">The session as it is now.</response>
    [HttpPost("api/v1/sessions/{session_id:guid}/archive", Name = "archive_session")]
    [ProducesResponseType<SessionResponse>(StatusCodes.Status200OK)]
    [ProducesProblem(StatusCodes.Status404NotFound)]
    public async Task<SessionResponse> Archive(
        [FromRoute(Name = "session_id")] Guid sessionId, [FromCaller] string userId, CancellationToken cancellationToken) =>
        Response.Tag(await sessions.ArchiveAsync(userId, sessionId, cancellationToken));

    /// <summary>Restores an archived or expired session</summary>
    /// <remarks>
    /// An archived or expired session becomes `active`. An ended session stays `ended`; only its `archived_at` is cleared. Other sessions
    /// stay as they are.
    /// </remarks>
    /// <response code="200">The session as it is now.</response>
    [HttpPost("api/v1/sessions/{session_id:guid}/restore", Name = "restore_session")]
    [ProducesResponseType<SessionResponse>(StatusCodes.Status200OK)]
    [ProducesProblem(StatusCodes.Status404NotFound)]
    public async Task<SessionResponse> Unarchive(
        [FromRoute(Name = "session_id")] Guid sessionId, [FromCaller] string userId, CancellationToken cancellationToken) =>
        Response.Tag(await sessions.UnarchiveAsync(userId, sessionId, cancellationToken));
}
