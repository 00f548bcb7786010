using AutoMapper;
using Microsoft.AspNetCore.Mvc;
using SessionService.Api.Compression;
using SessionService.Api.Consistency;
using SessionService.Api.Exports;
using SessionService.Api.Identity;
using SessionService.Api.OpenApi;
using SessionService.Api.Turns;
using SessionService.Application.Feedback;

namespace SessionService.Api.Feedback;

/// <summary>The feedback of all messages of a user.</summary>
[ApiController]
[Tags("Feedback")]
[Route("api/v1/users/{user_id}/feedback")]
public sealed class UserFeedbackController(FeedbackService feedback, JudgedMessages judged, IMapper mapper) : ControllerBase
{
    /// <summary>Lists the feedback of a user's messages</summary>
    /// <remarks>
    /// What was given last comes first; by page, or by `cursor` from where another answer ended. Feedback that is given again meanwhile
    /// moves to the front, so a client that follows cursors may see it twice, but misses none.
    /// </remarks>
    /// <response code="200">A page of feedback.</response>
    [HttpGet(Name = "list_user_feedback")]
    [EventualReads]
    [Compresses]
    [ProducesResponseType<FeedbackListResponse>(StatusCodes.Status200OK)]
    [ProducesProblem(StatusCodes.Status403Forbidden)]
    public Task<FeedbackListResponse> List(
        [FromPathUser] string userId, [FromQuery(Name = "")] ListFeedbackQuery query, CancellationToken cancellationToken) =>
        feedback.ListAsync(userId, query, cancellationToken);

    /// <summary>Exports the feedback of a user's messages with the messages</summary>
    /// <remarks>
    /// Streams NDJSON of any length, a line for each name of each message, in the order of sessions, messages and names. A line has the
    /// feedback, the `role`, `content` and `parts` of the message, and the `model` of its metadata. So a program that evaluates models can
    /// load it without another request. An import takes the lines as those of an export. If an export fails midway, the connection is
    /// aborted, so that the answer does not look complete.
    /// </remarks>
    /// <response code="200">The feedback that the filters choose.</response>
    [HttpGet("export", Name = "export_user_feedback")]
    [TakesTurn(Work.Export)]
    [Compresses]
    [ProducesStream(ExportFormat.JsonLinesType)]
    [ProducesProblem(StatusCodes.Status403Forbidden)]
    public IActionResult Export(
        [FromPathUser] string userId, [FromQuery(Name = "")] ExportFeedbackQuery query, CancellationToken cancellationToken) =>
        new FeedbackExportResult(judged.ReadAsync(userId, query, cancellationToken), mapper, cancellationToken);
}
