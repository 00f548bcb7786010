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
    private static readonly string[] ZipTypes = [MediaTypeNames.Application.Zip, "application/x-zip-compressed", "application/x-zip"];
    private static readonly string[] JsonTypes = [MediaTypeNames.Application.Json, "text/json"];

    /// <summary>Imports sessions</summary>
    /// <remarks>
    /// Imports an export of any length, as NDJSON or JSON. The imported data become the caller's, whoever they belonged to: sessions with
    /// their ids, times and status; messages with their ids, numbers, times, tokens and cost; their feedback; memories of sessions and of
    /// the user. Data
    /// that is there already stays as it is. So importing twice changes nothing, and sending an import again completes one that broke off.
    ///
    /// The line of a session must come before those of its messages, and these must be in order. `errors` names invalid lines. With
    /// `on_error=skip` the import goes on, and the messages after a skipped one move up by one number.
    ///
    /// Other formats, as JSON, as one conversation per line, or as a zip as it was downloaded: the exports of ChatGPT, Claude, Open WebUI,
    /// LibreChat, AI Studio and Grok; messages of the Vercel AI SDK, of OpenAI's and Anthropic's APIs and of Gemini's; ShareGPT and other
    /// fine-tuning files. Of a tree of messages the current path is imported, and a conversation as a whole or not at all. Ids are derived
    /// from the ids in the file or, where it has none, from its text, so these too are imported only once.
    ///
    /// Where a message differs from the stored one of its number, nothing from there on is written to its session (`diverged_sessions`),
    /// and the import goes on with the next.
    /// </remarks>
    /// <response code="200">The result, also of an import that stopped at an invalid line (`is_complete`).</response>
    [HttpPost("api/v1/sessions/import", Name = "import_sessions")]
    [ConsumesStream(
        "What to import; each object as long as other requests' bodies may be.",
        JsonLines, MediaTypeNames.Application.Json, MediaTypeNames.Application.Zip)]
    [RefusesIdempotencyKey("is not taken here: an import repeats by the ids of what it holds")]
    [DisableRequestSizeLimit]
    [TakesTurn(Work.Import)]
    [DisableRequestTimeout]
    [ProducesResponseType<ImportResponse>(StatusCodes.Status200OK)]
    public async Task<IActionResult> Import(
        [FromQuery(Name = "")] ImportQuery query, [FromNamedCaller] string userId, CancellationToken cancellationToken)
    {
        var type = MediaTypeHeaderValue.TryParse(Request.ContentType, out var parsed) ? parsed.MediaType.Value : null;
        var reader = HttpContext.RequestServices.GetRequiredService<ImportReader>();
        var archive = HttpContext.RequestServices.GetRequiredService<ImportArchive>();
        IAsyncEnumerable<ImportLine>? lines =
            Is(JsonLinesTypes) ? reader.ReadAsync(Request.Body, isLines: true, userId, cancellationToken)
            : Is(JsonTypes) ? reader.ReadAsync(Request.Body, isLines: false, userId, cancellationToken)
            : Is(ZipTypes) ? archive.ReadAsync(Request.Body, userId, cancellationToken)
            : null;
        return lines is null
            ? new UnsupportedMediaTypeResult()
            : Ok(await imports.ImportAsync(userId, lines, query.ToChoices(), onProgress: null, cancellationToken));

        bool Is(string[] types) => types.Contains(type, StringComparer.OrdinalIgnoreCase);
    }
}
