using System.Net.Mime;
using AutoMapper;
using Microsoft.AspNetCore.Mvc;
using SessionService.Api.Compression;
using SessionService.Api.Identity;
using SessionService.Api.OpenApi;
using SessionService.Api.Turns;
using SessionService.Application.Exports;

namespace SessionService.Api.Exports;

/// <summary>Export of conversations.</summary>
[ApiController]
[Tags("Export and import")]
public sealed class ExportsController(IExportReader reader, IMapper mapper) : ControllerBase
{
    /// <summary>Exports a session</summary>
    /// <remarks>
    /// Streams the session with its messages, its memory and the feedback. `json` is one document; `jsonl` has one line for each of them.
    /// An import accepts both without loss. `markdown` is for people. If an export fails midway, the connection is aborted, so that the
    /// answer does not look complete.
    /// </remarks>
    /// <response code="200">The session at the time of the request.</response>
    [HttpGet("api/v1/sessions/{session_id:guid}/export", Name = "export_session")]
    [TakesTurn(Work.Export)]
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
    /// Streams NDJSON of any size: a line `{"type": "export", "version": 1, …}`; every session (`"type": "session"`), the oldest first,
    /// each followed by its messages (`"message"`), its memory (`"memory"`) and the feedback of its messages (`"feedback"`), named as in
    /// the other answers; the user's own memories (`"user_memory"`), each followed by its earlier versions (`"user_memory_version"`); and
    /// a line `{"type": "end", …}` with the totals.
    /// Attachments stand before the first session that refers to them (`"attachment"`), with their bytes in base64, in several lines if
    /// they are large.
    ///
    /// An export without this line is incomplete. Each session and each memory is exported as it is when the export reaches it.
    /// </remarks>
    /// <response code="200">All sessions of the user, with their messages and memories, and the user's memories.</response>
    [HttpGet("api/v1/users/{user_id}/export", Name = "export_user")]
    [TakesTurn(Work.Export)]
    [Compresses]
    [ProducesStream(ExportFormat.JsonLinesType)]
    [ProducesProblem(StatusCodes.Status403Forbidden)]
    public IActionResult ExportUser([FromPathUser] string userId, CancellationToken cancellationToken) =>
        new ExportResult(Export.OfUser(reader, userId, cancellationToken), new JsonLinesFormat(mapper), "sessions");
}
