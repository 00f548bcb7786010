using SessionService.Application.Deltas;
using SessionService.Application.Messages;

namespace SessionService.Application.Live;

/// <summary>
/// Tells a session's events, a page at a time, from the log: at any position the cost is that of the page. The numbers of messages go on
/// after a rewind, so they are the order of the log, and every message of every branch is told. A message in progress is told with its
/// deltas. Those behind it are told when it is whole.
/// </summary>
public sealed class SessionFeed(IMessageReader messages, IOpenMessageStore open, ILiveReader live)
{
    private const int PageSize = 100;
    private const int DeltasAtOnce = 200;

    /// <summary>Reads the page after a position.</summary>
    /// <param name="userId">The owner of the session.</param>
    /// <param name="sessionId">The session.</param>
    /// <param name="position">What the follower has been told; <see langword="null"/> for everything up to now.</param>
    /// <param name="tag">The session that the position is of; <see langword="null"/> where it cannot be of another.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async Task<SessionPage> ReadAsync(
        string userId, Guid sessionId, SessionPosition? position, uint? tag, CancellationToken cancellationToken)
    {
        while (true)
        {
            var page = await ReadOnceAsync(userId, sessionId, position, tag, cancellationToken);
            if (page.IsLast || page.To != page.From)
            {
                return page;
            }

            // The message in progress was completed after the look at the session. Followers share a page: one that brings none of them
            // further would be read again and again.
            page.Dispose();
        }
    }

    private async Task<SessionPage> ReadOnceAsync(
        string userId, Guid sessionId, SessionPosition? position, uint? tag, CancellationToken cancellationToken)
    {
        if (await live.FindStateAsync(userId, sessionId, cancellationToken) is not { } state)
        {
            return SessionPage.Gone(sessionId);
        }

        var page = new SessionPage { SessionId = sessionId, Tag = SessionPosition.TagOf(sessionId, state.CreatedAt) };
        if (position is not { } told)
        {
            var now = SessionPosition.At(state);
            return await WithSessionAsync(userId, page with { From = now, To = now }, cancellationToken);
        }

        // As after a restore of an earlier backup, or where an id is of another session.
        if (told.Messages > state.Messages || told.Changes > state.Changes || (tag is not null && tag != page.Tag))
        {
            var now = SessionPosition.At(state);
            return await WithSessionAsync(userId, page with { From = now, To = now, IsSnapshot = true }, cancellationToken);
        }

        page = page with { From = told, To = told };
        if (state.Messages > told.Messages)
        {
            if (await messages.ReadAsync(userId, sessionId, After(told.Messages, state.Messages), cancellationToken) is not { } portion)
            {
                return SessionPage.Gone(sessionId);
            }

            var last = portion.Count == 0 ? told.Messages : portion[portion.Count - 1].Sequence;
            page = page with { Messages = portion, To = told with { Messages = last, Deltas = 0 } };
            if (last < state.Messages)
            {
                return page;
            }
        }

        if (state.Deltas is { } deltas && page.To.Deltas < deltas + 1)
        {
            page = await WithDeltasAsync(userId, page, cancellationToken);
            if (page.To.Deltas < deltas + 1)
            {
                return page;
            }
        }

        return state.Changes > told.Changes
            ? await WithSessionAsync(userId, page, cancellationToken)
            : page with { IsLast = true };
    }

    /// <summary>Adds what is new of the message in progress. If it was completed meanwhile, there is nothing to add.</summary>
    private async Task<SessionPage> WithDeltasAsync(string userId, SessionPage page, CancellationToken cancellationToken)
    {
        var sequence = page.To.Messages + 1;
        var isNew = page.To.Deltas == 0;
        var next = (int)Math.Min(int.MaxValue, isNew ? 0 : page.To.Deltas - 1);
        var opened = isNew
            ? await messages.ReadAsync(userId, page.SessionId, After(sequence - 1, sequence), cancellationToken)
            : null;
        if (isNew && (opened is not { Count: 1 } || !opened[0].Status.Span.SequenceEqual("in_progress"u8)))
        {
            opened?.Dispose();
            return page;
        }

        var deltas = await open.ReadAsync(userId, page.SessionId, sequence, next, DeltasAtOnce, cancellationToken);
        return page with { Opened = opened, Deltas = deltas, To = page.To with { Deltas = 1 + next + deltas.Count } };
    }

    private static MessageSelection After(long sequence, long last) => new()
    {
        Order = MessageOrder.OldestFirst,
        After = sequence,
        Before = last + 1,
        Take = PageSize,
        Path = MessagePath.Whole,
    };

    private async Task<SessionPage> WithSessionAsync(string userId, SessionPage page, CancellationToken cancellationToken)
    {
        var isRead = false;
        try
        {
            var found = await live.FindSessionAsync(userId, page.SessionId, cancellationToken);
            isRead = found is not null;
            return found is null
                ? SessionPage.Gone(page.SessionId)
                : page with { Session = found.Session, To = page.To with { Changes = found.State.Changes }, IsLast = true };
        }
        finally
        {
            if (!isRead)
            {
                page.Dispose();
            }
        }
    }
}
