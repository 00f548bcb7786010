using System.Net.Mime;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Net.Http.Headers;
using SessionService.Api.Idempotency;
using SessionService.Api.Identity;
using SessionService.Api.OpenApi;
using SessionService.Api.Turns;
using SessionService.Application.Imports;

namespace SessionService.Api.Imports;

/// <summary>Import of conversations.</summary>
[ApiController]
[Tags("Export and import")]
public sealed class ImportsController(ImportsService imports) : ControllerBase
{
    private const string JsonLines = "application/x-ndjson";

    private static readonly string[] JsonLinesTypes = [JsonLines, "application/ndjson", "application/jsonl", "application/x-jsonlines"];
    private static readonly string[] JsonTypes = [MediaTypeNames.Application.Json, "text/json"];

    /// <summary>Imports sessions</summary>
    /// <remarks>
    /// Imports an export of any length, as NDJSON or JSON. The imported data become the caller's, whoever they belonged to: sessions with
    /// their ids, times and status; messages with their ids, numbers, times, tokens and cost; memories of sessions and of the user. Data
    /// that is there already stays as it is. So importing twice changes nothing, and sending an import again completes one that broke off.
    ///
    /// The line of a session must come before those of its messages, and these must be in order. `errors` names invalid lines. With
    /// `on_error=skip` the import goes on, and the messages after a skipped one move up by one number.
    ///
    /// Other formats, as JSON or one conversation per line: ChatGPT's `conversations.json` (the current path becomes the messages, other
    /// branches are kept in the session's metadata), and chats of the form `{"messages": [{"role": "user", "content": "…"}, …]}`, or the
    /// array of messages alone. Their ids are derived from their content, so these too are imported only once.
    /// </remarks>
    /// <response code="200">The result, also of an import that stopped at an invalid line (`is_complete`).</response>
    [HttpPost("api/v1/sessions/import", Name = "import_sessions")]
    [ConsumesStream("What to import; each object as long as other requests' bodies may be.", JsonLines, MediaTypeNames.Application.Json)]
    [RefusesIdempotencyKey("is not taken here: an import repeats by the ids of what it holds")]
    [DisableRequestSizeLimit]
    [TakesTurn(Work.Import)]
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
