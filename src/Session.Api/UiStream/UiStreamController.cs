using Microsoft.AspNetCore.Mvc;
using SessionService.Api.Identity;
using SessionService.Api.Live;
using SessionService.Api.OpenApi;
using SessionService.Application.Deltas;
using SessionService.Application.Live;

namespace SessionService.Api.UiStream;

/// <summary>The stream in which user interfaces with Vercel's AI SDK resume an answer.</summary>
[ApiController]
[Tags("Live")]
public sealed class UiStreamController(OpenMessages open, IFollowedSessions followed) : ControllerBase
{
    private const string ProtocolHeader = "x-vercel-ai-ui-message-stream";

    /// <summary>Streams the answer in progress to a user interface</summary>
    /// <remarks>
    /// The UI message stream of Vercel's AI SDK (`x-vercel-ai-ui-message-stream: v1`), as `DefaultChatTransport.reconnectToStream` and
    /// `resume` of `useChat` read it: from the beginning of the newest message in progress until it is completed. Its texts, its
    /// reasoning, its calls of tools and their results become chunks. Where no message is in progress the answer is 204.
    ///
    /// Where `content` was given when the message was completed, and it does not go on from what the deltas made, the stream ends with
    /// what they made: read the message.
    /// </remarks>
    /// <response code="200">The chunks.</response>
    /// <response code="204">No message is in progress.</response>
    [HttpGet("api/v1/sessions/{session_id:guid}/stream", Name = "stream_answer")]
    [ProducesEvents(typeof(UiChunk))]
    [ProducesResponseType(StatusCodes.Status200OK)]
    [ProducesResponseType(StatusCodes.Status204NoContent)]
    [ProducesProblem(StatusCodes.Status404NotFound)]
    public async Task<IActionResult> Stream(
        [FromRoute(Name = "session_id")] Guid sessionId, [FromCaller] string userId, CancellationToken cancellationToken)
    {
        if (await open.FindNewestAsync(userId, sessionId, cancellationToken) is not { } sequence)
        {
            return NoContent();
        }

        Response.Headers[ProtocolHeader] = "v1";
        var wakeUps = followed.Follow(userId, sessionId);
        var scopes = HttpContext.RequestServices.GetRequiredService<IServiceScopeFactory>();
        return new FollowResult(userId, wakeUps, new UiStreamSource(scopes, userId, sessionId, sequence));
    }
}
