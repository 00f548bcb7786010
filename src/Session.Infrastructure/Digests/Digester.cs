using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Digests;

/// <summary>
/// Keeps everything that is derived from messages current, user by user. One transaction reads some new messages of a user's sessions, lets
/// every <see cref="IDigestParticipant"/> work out and write its part, and at the end locks and marks the sessions. Messages never change
/// meanwhile, only the mark can; it is compared under the lock. Appends wait for the marking and the commit alone.
/// </summary>
internal sealed partial class Digester(
    DigestDataSource dataSource,
    DigestReader reader,
    IEnumerable<IDigestParticipant> participants,
    IUserLocks locks,
    IOptions<DigestOptions> options,
    DigestMetrics metrics,
    TimeProvider time,
    ILogger<Digester> logger)
{
    private const int UsersAtOnce = 100;

    // By hand: unnested arrays, windows and locks in order are beyond EF. The simple statements share the connection of
    // the digest, on which a context of EF takes more than twice as long.
    private const string FindUsers =
        $"""
        SELECT DISTINCT s.user_id
        FROM dev.sessions AS s
        WHERE s.user_id > $1 AND {DigestReader.IsDue}
        ORDER BY s.user_id
        LIMIT $4
        """;

    // Locks in the order of the key, as every statement that locks sessions. The sort keys are taken over when nothing is left to digest.
    private const string Mark =
        """
        WITH locked AS MATERIALIZED (
            SELECT s.session_id, i.last, s.message_count, s.total_cost, s.last_activity
            FROM unnest($2, $3, $4) AS i (session_id, digested, last)
            JOIN dev.sessions AS s ON s.user_id = $1 AND s.session_id = i.session_id
            WHERE s.digested_messages = i.digested AND s.message_count >= i.last
            ORDER BY s.session_id
            FOR NO KEY UPDATE OF s)
        UPDATE dev.sessions AS s
        SET digested_messages = l.last,
            is_digested = l.last = l.message_count,
            digested_cost = CASE WHEN l.last = l.message_count THEN l.total_cost ELSE s.digested_cost END,
            digested_activity = CASE WHEN l.last = l.message_count THEN l.last_activity ELSE s.digested_activity END
        FROM locked AS l
        WHERE s.user_id = $1 AND s.session_id = l.session_id
        """;

    private const string CountSessions = "SELECT count(*) FROM dev.sessions WHERE user_id = $1 AND session_id = ANY ($2)";

    // An instance of an older version, which does not know the mark, has written to these.
    private const string MarkMissed =
        "UPDATE dev.sessions SET is_digested = false WHERE is_digested AND digested_messages <> message_count";

    private const string CountWaiting =
        "SELECT count(*), coalesce(sum(message_count - digested_messages), 0)::bigint FROM dev.sessions WHERE NOT is_digested";

    private readonly IReadOnlyList<IDigestParticipant> _participants = [.. participants];

    private DateTimeOffset IdleSince => time.GetUtcNow() - options.Value.IdleFor;

    /// <summary>
    /// Digests what is due, of all users, in rounds: each round digests one batch of every user, so that a user with very many messages
    /// delays the others by one batch a round.
    /// </summary>
    /// <param name="most">No further round begins after this time.</param>
    /// <param name="cancellationToken">Ends the run.</param>
    /// <returns>Whether all of it went well.</returns>
    /// <exception cref="NpgsqlException">The database is away or busy.</exception>
    public async Task<bool> RunAsync(TimeSpan most, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        var failed = new HashSet<string>(StringComparer.Ordinal);
        while (await DigestRoundAsync(failed, cancellationToken) && time.GetElapsedTime(began) < most)
        {
        }

        return failed.Count == 0;
    }

    /// <summary>
    /// Digests some of a user's messages now, whether they are due or not. False where somebody else digests them, or nothing is left.
    /// </summary>
    /// <exception cref="NpgsqlException">The database is away or busy.</exception>
    /// <remarks>Runs again where the connection is lost: because of the marks even where the commit was not answered.</remarks>
    public Task<bool> DigestNowAsync(string userId, CancellationToken cancellationToken) =>
        dataSource.Database.OpenAsync(
            async connection =>
            {
                await using (connection)
                {
                    return await DigestSomeAsync(connection, userId, DateTimeOffset.MaxValue, cancellationToken);
                }
            },
            cancellationToken);

    /// <summary>Marks the sessions whose messages were written without a mark.</summary>
    public Task MarkMissedAsync(CancellationToken cancellationToken) =>
        dataSource.Database.WriteAsync(
            sql => sql.Statement(MarkMissed).WithoutTimeout().ExecuteAsync(cancellationToken), cancellationToken);

    /// <summary>Measures how much waits to be digested.</summary>
    public async Task MeasureAsync(CancellationToken cancellationToken)
    {
        var (sessions, messages) = await dataSource.Database.ReadAsync(
            sql => sql.Statement(CountWaiting).FirstAsync(row => (row.GetInt64(0), row.GetInt64(1)), cancellationToken), cancellationToken);
        metrics.SetWaiting(messages, sessions);
    }

    /// <param name="failed">Users to leave out. A user whose batch fails is added.</param>
    /// <param name="cancellationToken">Ends the round.</param>
    /// <returns>Whether anything was digested, so that another round may find more.</returns>
    private async Task<bool> DigestRoundAsync(HashSet<string> failed, CancellationToken cancellationToken)
    {
        var isAnythingDigested = false;
        IReadOnlyList<string> users = [];
        do
        {
            users = await FindUsersAsync(after: users is [.., var last] ? last : "", cancellationToken);
            foreach (var user in users.Where(user => !failed.Contains(user)))
            {
                isAnythingDigested |= await DigestBatchAsync(user, failed, cancellationToken);
            }
        }
        while (users.Count == UsersAtOnce);

        return isAnythingDigested;
    }

    /// <inheritdoc cref="DigestRoundAsync"/>
    private async Task<bool> DigestBatchAsync(string userId, HashSet<string> failed, CancellationToken cancellationToken)
    {
        try
        {
            var start = Stopwatch.GetTimestamp();
            await using (var connection = await dataSource.OpenConnectionAsync(cancellationToken))
            {
                if (!await DigestSomeAsync(connection, userId, IdleSince, cancellationToken))
                {
                    return false;
                }
            }

            await Task.Delay(Stopwatch.GetElapsedTime(start) * ((1 / options.Value.Share) - 1), time, cancellationToken);
            return true;
        }
        catch (Exception exception) when (exception is not OperationCanceledException && !DatabaseFaults.IsUnavailable(exception))
        {
            // Other users' messages are digested all the same. Those that were not are still read from the messages themselves.
            metrics.CountFailure();
            LogFailed(exception.GetType().Name, (exception as PostgresException)?.SqlState);
            failed.Add(userId);
            return false;
        }
    }

    /// <summary>One transaction; false where nothing more is to be done now, and then the transaction is rolled back.</summary>
    private async Task<bool> DigestSomeAsync(
        NpgsqlConnection connection, string userId, DateTimeOffset idleSince, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var sql = new Sql(connection);
        // Instances share the work by users. For digests the lock only saves work that would be thrown away: the marks keep them correct.
        // A redaction takes the lock too, so that no digest writes what it read of a message after the message was blanked.
        if (!await locks.TryTakeAsync(sql, userId, UserLockKind.Derived, cancellationToken, isPatient: false)
            || await reader.ReadAsync(sql, userId, idleSince, cancellationToken) is not { } batch)
        {
            return false;
        }

        try
        {
            if (!await TryWriteAsync(batch, sql, cancellationToken))
            {
                return false;
            }
        }
        catch (PostgresException exception)
            when (exception.SqlState is PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.DeadlockDetected)
        {
            // Somebody holds one of the sessions: the next time will do.
            return false;
        }
        catch (PostgresException exception) when (DatabaseFaults.IsForeignKeyViolation(exception))
        {
            // A session was erased since its messages were read. If none was, a participant is wrong.
            await transaction.RollbackAsync(cancellationToken);
            if (await AreThereAsync(sql, batch, cancellationToken))
            {
                throw;
            }

            return false;
        }

        await transaction.CommitAsync(cancellationToken);
        metrics.CountMessages(batch.Messages.Count());
        return true;
    }

    private async Task<bool> TryWriteAsync(DigestBatch batch, Sql sql, CancellationToken cancellationToken)
    {
        var writes = new List<DigestWrite>(_participants.Count);
        foreach (var participant in batch.Messages.Any() ? _participants : [])
        {
            writes.Add(await participant.PrepareAsync(batch, sql, cancellationToken));
        }

        foreach (var write in writes)
        {
            if (!await write(sql, cancellationToken))
            {
                return false;
            }
        }

        return await TryMarkAsync(sql, batch, cancellationToken);
    }

    private async Task<IReadOnlyList<string>> FindUsersAsync(string after, CancellationToken cancellationToken) =>
        await dataSource.Database.ReadAsync(
            sql => reader.Statement(sql, FindUsers, after, IdleSince, UsersAtOnce).ListAsync(row => row.GetString(0), cancellationToken),
            cancellationToken);

    private static async Task<bool> TryMarkAsync(Sql sql, DigestBatch batch, CancellationToken cancellationToken)
    {
        var marked = await sql
            .Statement(
                Mark,
                batch.UserId,
                SqlValue.Column(batch.Runs, run => run.SessionId, NpgsqlDbType.Uuid),
                SqlValue.Column(batch.Runs, run => run.DigestedMessages, NpgsqlDbType.Bigint),
                SqlValue.Column(batch.Runs, run => run.LastSequence, NpgsqlDbType.Bigint))
            .ExecuteAsync(cancellationToken);
        return marked == batch.Runs.Count;
    }

    private static async Task<bool> AreThereAsync(Sql sql, DigestBatch batch, CancellationToken cancellationToken) =>
        await sql.Statement(CountSessions, batch.UserId, SqlValue.Column(batch.Runs, run => run.SessionId, NpgsqlDbType.Uuid))
            .ValueAsync<long>(cancellationToken) == batch.Runs.Count;

    [LoggerMessage(1, LogLevel.Error, "Messages could not be digested and are tried again: {Exception} {SqlState}")]
    private partial void LogFailed(string exception, string? sqlState);
}
