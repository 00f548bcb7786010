using System.Net.Mime;
using AutoMapper;
using Microsoft.AspNetCore.Mvc;
using SessionService.Api.Compression;
using SessionService.Api.Identity;
using SessionService.Api.OpenApi;
using SessionService.Application.Exports;

namespace SessionService.Api.Exports;

/// <summary>Conversations to take elsewhere.</summary>
[ApiController]
[Tags("Export and import")]
public sealed class ExportsController(IExportReader reader, IMapper mapper) : ControllerBase
{
    /// <summary>Exports a session</summary>
    /// <remarks>
    /// With its messages and its memory, streamed. `json` is one document, `jsonl` one line a session, message or memory; an import takes
    /// both and loses nothing. `markdown` is for people. An answer that was not sent to its end is broken off, never ended as if it were
    /// whole.
    /// </remarks>
    /// <response code="200">The session, as it is at this moment.</response>
    [HttpGet("api/v1/sessions/{session_id:guid}/export", Name = "export_session")]
    [Compresses]
    [ProducesStream(MediaTypeNames.Application.Json, ExportFormat.JsonLinesType, ExportFormat.MarkdownType)]
    [ProducesProblem(StatusCodes.Status404NotFound)]
    public async Task<IActionResult> ExportSession(
        [FromRoute(Name = "session_id")] Guid sessionId,
        [FromQuery(Name = "")] ExportSessionQuery query,
        [FromCaller] string userId,
        CancellationToken cancellationToken)
    {
        var export = await Export.OfSessionAsync(reader, userId, sessionId, cancellationToken);
        return new ExportResult(export, ExportFormat.Of(query.Format, mapper), $"session-{sessionId}");
    }

    /// <summary>Exports all of a user's sessions and memories</summary>
    /// <remarks>
    /// NDJSON, streamed however much it is: a line `{"type": "export", "version": 1, …}`; every session (`"type": "session"`), the oldest
    /// first, each followed by its messages (`"message"`) and its memory (`"memory"`), named as in the other answers; the user's own
    /// memories (`"user_memory"`), each followed by what it was before it was changed (`"user_memory_version"`); and a line `{"type":
    /// "end", …}` with how many there were, without which it is not whole. Each session and each memory is as of the moment at which it was
    /// reached.
    /// </remarks>
    /// <response code="200">All sessions of the user, with their messages and memories, and the user's memories.</response>
    [HttpGet("api/v1/users/{user_id}/export", Name = "export_user")]
    [Compresses]
    [ProducesStream(ExportFormat.JsonLinesType)]
    [ProducesProblem(StatusCodes.Status403Forbidden)]
    public IActionResult ExportUser([FromPathUser] string userId, CancellationToken cancellationToken) =>
        new ExportResult(Export.OfUser(reader, userId, cancellationToken), new JsonLinesFormat(mapper), "sessions");
}
