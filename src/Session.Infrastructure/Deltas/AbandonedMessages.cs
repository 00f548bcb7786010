using Microsoft.EntityFrameworkCore;
using SessionService.Application.Deltas;
using SessionService.Application.Time;
using SessionService.Domain.Messages;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Deltas;

/// <summary>
/// Completes messages that got no delta for long. Deltas leave the column alone by which such messages are found, so a message that is
/// found is either abandoned or is to be looked at again later.
/// </summary>
internal sealed class AbandonedMessages(MessageClosing closing, SessionContexts contexts, TimeProvider time)
{
    private const int AtOnce = 100;

    /// <summary>Completes the messages that are abandoned, and answers how many there were.</summary>
    /// <param name="abandonedAfter">The time without a delta after which a message is abandoned.</param>
    /// <param name="cancellationToken">Ends the run.</param>
    public async Task<int> CloseAsync(TimeSpan abandonedAfter, CancellationToken cancellationToken)
    {
        var now = time.GetDatabaseNow();
        var since = now - abandonedAfter;
        await using var context = contexts.OfPrimary();
        await PutOffAsync(context, now, since, abandonedAfter, cancellationToken);
        var closed = 0;
        int found, closedNow;
        do
        {
            // Another instance may complete the same ones: then they are closed, or the session is gone.
            var abandoned = await context.OpenMessages.AsNoTracking()
                .Where(o => o.CheckAt <= now && o.TouchedAt <= since)
                .OrderBy(o => o.CheckAt)
                .Take(AtOnce)
                .ToListAsync(cancellationToken);
            (found, closedNow) = (abandoned.Count, 0);
            foreach (var message in abandoned)
            {
                var result = await closing.CloseAsync(
                    new Closing
                    {
                        UserId = message.UserId,
                        SessionId = message.SessionId,
                        Sequence = message.Sequence,
                        Status = MessageStatuses.Incomplete,
                        Now = time.GetDatabaseNow(),
                        IfUntouchedSince = since,
                    },
                    cancellationToken);
                closedNow += result.Outcome == CloseOutcome.Closed ? 1 : 0;
            }

            closed += closedNow;
        }
        while (found == AtOnce && closedNow > 0);
        return closed;
    }

    // By hand for UTC: a sharded database refuses a sum that depends on the time zone of a connection.
    private static Task<int> PutOffAsync(
        SessionDbContext context,
        DateTimeOffset now,
        DateTimeOffset since,
        TimeSpan abandonedAfter,
        CancellationToken cancellationToken) =>
        context.Database.ExecuteSqlAsync(
            $"""
            UPDATE dev.open_messages AS o
            SET check_at = (o.touched_at AT TIME ZONE 'UTC' + {abandonedAfter}) AT TIME ZONE 'UTC'
            WHERE o.check_at <= {now} AND o.touched_at > {since}
            """,
            cancellationToken);
}
