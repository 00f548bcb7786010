using Microsoft.AspNetCore.Mvc;
using SessionService.Api.Compression;
using SessionService.Api.Consistency;
using SessionService.Api.Identity;
using SessionService.Api.OpenApi;
using SessionService.Api.Turns;
using SessionService.Application.Contexts;

namespace SessionService.Api.Contexts;

/// <summary>The context of a session: what to send to a model next.</summary>
[ApiController]
[Tags("Context")]
public sealed class ContextsController(ContextsService contexts) : ControllerBase
{
    /// <summary>Gets what to send to a model next</summary>
    /// <remarks>
    /// The session's memory, then the newest messages that fit into `max_tokens`, oldest first. A message counts its `tokens_used`, or,
    /// where that is 0, what the tokenizer of the service counts. Tool calls and their results stay together, and so do calls that
    /// follow each other: if they do not all fit, all are left out. At most 2000 messages and 8 MiB.
    ///
    /// The newest message always has room. The memory takes at most half of the tokens, or what the messages leave. A memory or a newest
    /// message that does not fit is cut in the middle, and `omitted_tokens` says how much is missing. `keep=system` keeps the system
    /// messages at the start of the session.
    ///
    /// The formats of model APIs can be sent unchanged: with `format=openai` the `messages` to chat completions, with
    /// `format=openai-responses` the `input` to responses, with `format=anthropic` `system` and `messages` to messages. The memory is a
    /// system message. Results stand behind their calls. Calls come from parts, or from the messages' metadata (`tool_calls`, or
    /// `tool_call_id`, `name` and `arguments`). Calls without a name or a result are left out, and results without a call become texts of
    /// the user. Messages that are redacted, `in_progress` or `incomplete` are left out; a redacted result whose call remains is
    /// `[removed]`.
    ///
    /// Pictures and files are given by their address. Those that are kept here are named in a text, or given as data with
    /// `attachments=inline`. Reasoning is left out; `reasoning=include` gives the reasoning of an API to that API as it was.
    /// </remarks>
    /// <response code="200">The memory and the messages.</response>
    [HttpGet("api/v1/sessions/{session_id:guid}/context", Name = "get_context")]
    [Compresses]
    [EventualReads]
    [TakesTurn(Work.Download, OnlyWith = "attachments")]
    [ProducesResponseType<ContextResponse>(StatusCodes.Status200OK)]
    [ProducesProblem(StatusCodes.Status404NotFound)]
    public Task<ContextResponse> Get(
        [FromRoute(Name = "session_id")] Guid sessionId,
        [FromQuery(Name = "")] GetContextQuery query,
        [FromCaller] string userId,
        CancellationToken cancellationToken) =>
        contexts.GetAsync(userId, sessionId, query, cancellationToken);
}
