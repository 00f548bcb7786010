using System.Net.Mime;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Net.Http.Headers;
using SessionService.Api.Identity;
using SessionService.Api.OpenApi;
using SessionService.Application.Imports;

namespace SessionService.Api.Imports;

/// <summary>Conversations from elsewhere.</summary>
[ApiController]
[Tags("Export and import")]
public sealed class ImportsController(ImportsService imports) : ControllerBase
{
    private const string JsonLines = "application/x-ndjson";

    private static readonly string[] JsonLinesTypes = [JsonLines, "application/ndjson", "application/jsonl", "application/x-jsonlines"];
    private static readonly string[] JsonTypes = [MediaTypeNames.Application.Json, "text/json"];

    /// <summary>Imports sessions</summary>
    /// <remarks>
    /// Takes what an export wrote, as NDJSON or JSON, of any length, and makes it the caller's, whoever it was of: sessions with their ids,
    /// times and status, messages with their ids, numbers, times, tokens and cost, memories of sessions and of the user. What is there
    /// already stays as it is, so importing twice changes nothing, and an import that broke off is completed by sending it again.
    ///
    /// Each session's line comes before its messages, and these in order. A line that is wrong is named in `errors`; with `on_error=skip`
    /// the import goes on, and the messages after a skipped one take the numbers before theirs.
    ///
    /// Also taken, as JSON or one a line: ChatGPT's `conversations.json` (the current path becomes the messages, other branches are kept in
    /// the session's metadata), and chats of the form `{"messages": [{"role": "user", "content": "…"}, …]}`, or the array of messages
    /// alone. Their ids follow from what they are, so that these too are imported once.
    /// </remarks>
    /// <response code="200">What became of it; also where the import stopped at something wrong (`is_complete`).</response>
    [HttpPost("api/v1/sessions/import", Name = "import_sessions")]
    [ConsumesStream("What to import; each object as long as other requests' bodies may be.", JsonLines, MediaTypeNames.Application.Json)]
    [DisableRequestSizeLimit]
    [DisableRequestTimeout]
    [ProducesResponseType<ImportResponse>(StatusCodes.Status200OK)]
    public async Task<IActionResult> Import(
        [FromQuery(Name = "")] ImportQuery query, [FromNamedCaller] string userId, CancellationToken cancellationToken)
    {
        var type = MediaTypeHeaderValue.TryParse(Request.ContentType, out var parsed) ? parsed.MediaType.Value : null;
        var isLines = JsonLinesTypes.Contains(type, StringComparer.OrdinalIgnoreCase);
        if (!isLines && !JsonTypes.Contains(type, StringComparer.OrdinalIgnoreCase))
        {
            return new UnsupportedMediaTypeResult();
        }

        var lines = HttpContext.RequestServices.GetRequiredService<ImportReader>()
            .ReadAsync(Request.Body, isLines, userId, cancellationToken);
        return Ok(await imports.ImportAsync(userId, lines, query.IsToSkip(), onProgress: null, cancellationToken));
    }
}
