using SessionService.Application.Live;

namespace SessionService.Api.Live;

/// <summary>The events of one session.</summary>
internal sealed class SessionEvents(
    SessionEventPages pages, IWakeUps wakeUps, string userId, Guid sessionId, SessionPosition? position, uint? tag) : IEventSource
{
    private SessionPosition? _position = position;
    private uint? _tag = tag;

    /// <remarks>
    /// The reading is not cancelled, as others may share it: a follower who has gone only no longer waits for it.
    /// </remarks>
    public async Task<EventPage> ReadAsync(long version, CancellationToken cancellationToken)
    {
        var read = await pages
            .ReadAsync(new SessionEventPages.Place(userId, sessionId, _position, _tag, version), wakeUps.IsShared)
            .WaitAsync(cancellationToken);
        if (!read.Page.IsEnd)
        {
            (_position, _tag) = (read.To, read.Tag);
        }

        return read.Page;
    }

    /// <summary>Writes the events of a page.</summary>
    /// <param name="writer">Writes.</param>
    /// <param name="page">The page.</param>
    /// <param name="userId">The owner of the session.</param>
    /// <param name="idOf">The id of the event after which a follower has been told so much of the session.</param>
    public static void Write(EventWriter writer, SessionPage page, string userId, Func<SessionPosition, string> idOf)
    {
        if (page.IsGone)
        {
            writer.WriteDeleted(id: null, page.SessionId);
            return;
        }

        if (page.Messages is { } messages)
        {
            var json = writer.MessagesOf(userId, page.SessionId);
            for (var i = 0; i < messages.Count; i++)
            {
                var told = page.From with { Messages = messages[i].Sequence, Deltas = 0 };
                writer.WriteMessage(idOf(told), messages[i], json);
            }
        }

        var grown = page.To with { Changes = page.From.Changes };
        if (page.Opened is { } opened)
        {
            writer.WriteMessage(idOf(grown with { Deltas = 1 }), opened[0], writer.MessagesOf(userId, page.SessionId));
        }

        foreach (var delta in page.Deltas)
        {
            // One more than the index, and one for the opening.
            writer.WriteDelta(idOf(grown with { Deltas = delta.Index + 2 }), page.SessionId, grown.Messages + 1, delta);
        }

        if (page is { Session: { } snapshot, IsSnapshot: true })
        {
            writer.WriteSnapshot(idOf(page.To), new SnapshotEvent { Session = snapshot });
        }
        else if (page.Session is { } session)
        {
            writer.WriteSession(idOf(page.To), session);
        }
    }
}
