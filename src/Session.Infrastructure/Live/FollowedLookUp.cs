using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using NpgsqlTypes;
using SessionService.Application.Live;
using SessionService.Application.Time;
using SessionService.Infrastructure.Announcements;
using SessionService.Infrastructure.Jobs;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Live;

/// <summary>
/// Looks up whether anything that is followed here has changed, and wakes its followers. It finds what nobody announced: what happened
/// while the listener's connection was away, where an instance died after a commit, and where there is no LISTEN.
/// </summary>
internal sealed class FollowedLookUp(
    FollowedSessions followed, Database database, IOptions<LiveOptions> options, TimeProvider time, ILogger<FollowedLookUp> logger)
    : RecurringJob(time, logger)
{
    private const int SessionsAtOnce = 1_000;
    private const int UsersAtOnce = 200;
    private const long MaxSessionsOfUser = 1_000;

    // Only sessions with messages in progress are looked up there.
    private const string Deltas =
        """
        (SELECT coalesce(sum(o.next_index), 0)
         FROM dev.open_messages AS o
         WHERE s.open_messages IS NOT NULL AND o.user_id = s.user_id AND o.session_id = s.session_id)
        """;

    // Background work may ask for several users at once; on a sharded database the coordinator divides the statement.
    private const string FindSessions =
        $"""
        SELECT w.place, s.message_count::text || '.' || s.changes || '.' || s.created_at || '.' || {Deltas}
        FROM unnest($1, $2) WITH ORDINALITY AS w (user_id, session_id, place)
        JOIN dev.sessions AS s ON s.user_id = w.user_id AND s.session_id = w.session_id
        """;

    // Hashes with the ids: one session may leave the time that is looked at when another one with the same counts enters.
    private static readonly string FindUsers =
        $"""
        SELECT w.place, c.sessions
        FROM unnest($1) WITH ORDINALITY AS w (user_id, place)
        CROSS JOIN LATERAL (
            SELECT count(*) || '.' || coalesce(sum(hashtextextended(
                s.session_id || '.' || s.message_count || '.' || s.changes || '.' || {Deltas}, 0)), 0) AS sessions
            FROM ({ChangedSessionsSql.Candidates("w.user_id", "$2", "$3")}) AS f
            JOIN dev.sessions AS s ON s.user_id = w.user_id AND s.session_id = f.session_id) AS c
        """;

    protected override string Name => "look-up of followed sessions";

    protected override TimeSpan Interval => options.Value.LookUpEvery;

    // The pulse logs that the database is away.
    protected override LogLevel FailureLevel => LogLevel.Debug;

    protected override async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        foreach (var some in followed.Sessions.Chunk(SessionsAtOnce))
        {
            var found = await database.ReadAsync(
                sql => sql
                    .Statement(
                        FindSessions,
                        SqlValue.Column(some, node => node.UserId, NpgsqlDbType.Text),
                        SqlValue.Column(some, node => node.SessionId!.Value, NpgsqlDbType.Uuid))
                    .ListAsync(row => (row.GetInt64(0), row.GetString(1)), cancellationToken),
                cancellationToken);
            Wake(some, found);
        }

        // A change carries the time at which its request began, by the clock of its instance, and may be committed a while later.
        var since = Time.GetDatabaseNow() - UserPosition.Overlap;
        foreach (var some in followed.Users.Chunk(UsersAtOnce))
        {
            var found = await database.ReadAsync(
                sql => sql
                    .Statement(FindUsers, SqlValue.Column(some, node => node.UserId, NpgsqlDbType.Text), since, MaxSessionsOfUser)
                    .ListAsync(row => (row.GetInt64(0), row.GetString(1)), cancellationToken),
                cancellationToken);
            Wake(some, found);
        }

        return true;
    }

    /// <summary>Wakes the followers of what is not as it was found before. A session that is gone is not found.</summary>
    private static void Wake(FollowedNode[] nodes, List<(long Place, string State)> found)
    {
        var states = found.ToDictionary(one => one.Place, one => one.State);
        for (var i = 0; i < nodes.Length; i++)
        {
            var state = states.GetValueOrDefault(i + 1, "");
            if (nodes[i].Found != state)
            {
                nodes[i].Found = state;
                nodes[i].Wake();
            }
        }
    }
}
