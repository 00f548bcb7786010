using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Mvc;
using SessionService.Api.Identity;
using SessionService.Api.OpenApi;
using SessionService.Application.Live;
using SessionService.Application.Messages;
using SessionService.Application.Sessions;
using SessionService.Domain.Errors;
using SessionService.Domain.Sessions;
using SessionService.Hosting.Headers;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Api.Live;

/// <summary>Streams of events.</summary>
[ApiController]
[Tags("Live")]
public sealed class LiveController(IFollowedSessions followed) : ControllerBase
{
    /// <summary>Follows a session</summary>
    /// <remarks>
    /// Server-sent events, for as long as the client stays. Each has an `id`; whoever comes back with it in `Last-Event-ID` or `after`, to
    /// whatever instance, is told what happened since: nothing twice, nothing left out, in order.
    ///
    /// `event: message`: a message, as lists show it. Every message is told, those that no branch shows any more too.
    /// A message in progress is told with that status and the content with which it was opened. `event: delta` tells each of its deltas,
    /// from the first one on or from where the client was, and `event: message` again the whole message when it is completed. Messages
    /// behind it are told after it. The deltas that are left are not told once the message is completed.
    /// `event: session`: the session as it is now. Something changed but its messages: title, status, metadata, star, memory, branches, a
    /// redaction, feedback. States in between may be left out. Counts in it may be ahead of the messages that have been told.
    /// `event: snapshot`: the id is of an erased session, or of a state that the database no longer has. Read the messages anew.
    /// `event: deleted`: the session was erased, and the stream ends.
    ///
    /// A stream without `after` begins with the session as it is now. A comment comes every 15 seconds. The stream ends when the service
    /// stops, when the key is revoked or the token expires, and when the client does not read: then come back with the last id.
    /// </remarks>
    /// <param name="lastEventId">The id of the last event that is known. It goes before <c>after</c>.</param>
    /// <response code="200">The events.</response>
    [HttpGet("api/v1/sessions/{session_id:guid}/events", Name = "follow_session")]
    [ProducesEvents(typeof(MessageResponse), typeof(DeltaEvent), typeof(SessionResponse), typeof(SnapshotEvent), typeof(DeletedEvent))]
    [ProducesProblem(StatusCodes.Status404NotFound)]
    public async Task<IActionResult> FollowSession(
        [FromRoute(Name = "session_id")] Guid sessionId,
        [FromQuery(Name = "")] FollowSessionQuery query,
        [FromHeader(Name = ServiceHeaders.LastEventId), StringLength(SessionPosition.MaxTextLength)] string? lastEventId,
        [FromCaller] string userId,
        CancellationToken cancellationToken)
    {
        SessionPosition? position = null;
        uint? tag = null;
        if ((string.IsNullOrEmpty(lastEventId) ? query.After : lastEventId) is { } text)
        {
            if (!SessionPosition.TryParse(text, out var from, out tag))
            {
                throw new InvalidFieldException(
                    FieldOf(lastEventId), "must be the id of an event of this session, or the number of a message");
            }

            position = from;
        }

        // No service with a context of EF's: the stream would keep the context for as long as it lasts.
        var services = HttpContext.RequestServices;
        if (await services.GetRequiredService<ILiveReader>().FindStateAsync(userId, sessionId, cancellationToken) is null)
        {
            throw SessionErrors.NotFound();
        }

        var pages = services.GetRequiredService<SessionEventPages>();
        var wakeUps = followed.Follow(userId, sessionId);
        return new FollowResult(userId, wakeUps, new SessionEvents(pages, wakeUps, userId, sessionId, position, tag));
    }

    /// <summary>Follows all sessions of a user</summary>
    /// <remarks>
    /// The same events of all sessions of the user, also of those that are created later: for lists that update themselves. Each session
    /// is told in order; nothing is promised between sessions.
    ///
    /// Without `after` the stream begins with `event: snapshot`: read the list after it, and miss nothing. A `snapshot` whose `session` is
    /// null says so later too, where more has changed than can be told. A `snapshot` with a session says that its messages are to be read
    /// anew, as after an import. `event: deleted` does not end this stream.
    ///
    /// The user in the path is the caller unless the request names one.
    /// </remarks>
    /// <param name="lastEventId">The id of the last event that is known. It goes before <c>after</c>.</param>
    /// <response code="200">The events.</response>
    [HttpGet("api/v1/users/{user_id}/events", Name = "follow_user")]
    [ProducesEvents(typeof(MessageResponse), typeof(SessionResponse), typeof(SnapshotEvent), typeof(DeletedEvent))]
    [ProducesProblem(StatusCodes.Status403Forbidden, StatusCodes.Status422UnprocessableEntity)]
    public IActionResult FollowUser(
        [FromPathUser] string userId,
        [FromQuery(Name = "")] FollowUserQuery query,
        [FromHeader(Name = ServiceHeaders.LastEventId), StringLength(UserPosition.MaxTextLength)] string? lastEventId)
    {
        UserPosition? position = null;
        if ((string.IsNullOrEmpty(lastEventId) ? query.After : lastEventId) is { } text)
        {
            position = UserPosition.Parse(text, userId)
                ?? throw new InvalidFieldException(FieldOf(lastEventId), "must be the id of an event of this user's stream");
        }

        var services = HttpContext.RequestServices;
        var wakeUps = followed.FollowAll(userId);
        var feed = new UserFeed(
            services.GetRequiredService<SessionFeed>(),
            services.GetRequiredService<ILiveReader>(),
            wakeUps,
            services.GetRequiredService<TimeProvider>(),
            userId,
            position);
        return new FollowResult(userId, wakeUps, new UserEvents(feed, services.GetRequiredService<DatabasePulses>(), userId));
    }

    // The name of the parameter that was read.
    private static string FieldOf(string? lastEventId) => string.IsNullOrEmpty(lastEventId) ? "after" : ServiceHeaders.LastEventIdField;
}
