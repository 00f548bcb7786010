using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;
using SessionService.Domain.Messages;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Digests;

/// <summary>
/// Brings what follows from messages up to date, user by user. Of one user's sessions some messages at a time are read and worked out, the
/// outcome is written, and last the sessions are locked and marked, all in one transaction. Messages never change, so nothing can have
/// become wrong in between but the mark itself, which is compared under the lock; appends wait for no more than that and the commit.
/// </summary>
internal sealed partial class SessionDigest(
    DigestDataSource dataSource,
    IEnumerable<IDigestParticipant> participants,
    IOptions<DigestOptions> options,
    DigestMetrics metrics,
    TimeProvider time,
    ILogger<SessionDigest> logger)
{
    /// <summary>The key of the lock of user $1.</summary>
    public const string UserLock = AdvisoryLocks.OfUser;

    private const int UsersAtOnce = 100;
    private const int MaxSessions = 200;

    // A session that is being written to is digested only when it has gathered enough, so that a conversation is not digested word by word.
    private const string IsDue =
        "NOT s.is_digested AND (s.updated_at <= $2 OR s.message_count - s.digested_messages >= $3)";

    private const string FindUsers =
        $"""
        SELECT DISTINCT s.user_id
        FROM dev.sessions AS s
        WHERE s.user_id > $1 AND {IsDue}
        ORDER BY s.user_id
        LIMIT $4
        """;

    // Instances share the work by users. The lock only saves work that would be thrown away: what is right rests on the marks.
    // A redaction takes it too: what a digest has read of a message is not written after the message was blanked.
    private const string Take = $"SELECT set_config('lock_timeout', '1s', true), pg_try_advisory_xact_lock({UserLock})";

    private const string FindSessions =
        $"""
        SELECT s.session_id, s.digested_messages, s.message_count, s.copied_messages
        FROM dev.sessions AS s
        WHERE s.user_id = $1 AND {IsDue}
        ORDER BY s.session_id
        LIMIT $4
        """;

    // The length of a text and the stored size of JSON are known without reading them, so what is too much is not read.
    private const string ReadMessages =
        $"""
        SELECT {UndigestedMessages.Columns}
        FROM (
            SELECT m.*, r.position,
                   sum({UndigestedMessages.Bytes}) OVER (ORDER BY r.position, m.sequence) - {UndigestedMessages.Bytes} AS bytes_before
            FROM unnest($2, $3, $4) WITH ORDINALITY AS r (session_id, digested, last, position)
            JOIN dev.session_messages AS m
                ON m.user_id = $1 AND m.session_id = r.session_id AND m.sequence > r.digested AND m.sequence <= r.last) AS m
        WHERE m.bytes_before < $5
        ORDER BY m.position, m.sequence
        """;

    // In the order of the key, as every statement that locks sessions. The sort keys are those of the moment at which nothing was left.
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

    // Written to by an instance of an older version, which knows nothing of the mark.
    private const string MarkMissed =
        "UPDATE dev.sessions SET is_digested = false WHERE is_digested AND digested_messages <> message_count";

    private const string CountWaiting =
        "SELECT count(*), coalesce(sum(message_count - digested_messages), 0)::bigint FROM dev.sessions WHERE NOT is_digested";

    private readonly IReadOnlyList<IDigestParticipant> _participants = [.. participants];

    private DateTimeOffset IdleSince => time.GetUtcNow() - options.Value.IdleFor;

    /// <summary>Digests what is due, of everybody, and tells whether all of it went well.</summary>
    /// <exception cref="NpgsqlException">The database is away or busy.</exception>
    public async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        var isWell = true;
        IReadOnlyList<string> users = [];
        do
        {
            users = await FindUsersAsync(after: users is [.., var last] ? last : "", cancellationToken);
            foreach (var user in users)
            {
                isWell &= await DigestAsync(user, cancellationToken);
            }
        }
        while (users.Count == UsersAtOnce);

        return isWell;
    }

    /// <summary>
    /// Digests some of a user's messages at once, whether they are due or not. False where somebody else is at it, or nothing is left.
    /// </summary>
    /// <exception cref="NpgsqlException">The database is away or busy.</exception>
    public Task<bool> DigestNowAsync(string userId, CancellationToken cancellationToken) =>
        DigestSomeAsync(userId, DateTimeOffset.MaxValue, cancellationToken);

    /// <summary>Marks the sessions whose messages were written without a mark.</summary>
    public async Task MarkMissedAsync(CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var command = new NpgsqlCommand(MarkMissed, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Looks how much waits to be digested.</summary>
    public async Task MeasureAsync(CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var command = new NpgsqlCommand(CountWaiting, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        metrics.SetWaiting(messages: reader.GetInt64(1), sessions: reader.GetInt64(0));
    }

    private async Task<bool> DigestAsync(string userId, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                var start = Stopwatch.GetTimestamp();
                if (!await DigestSomeAsync(userId, IdleSince, cancellationToken))
                {
                    return true;
                }

                await Task.Delay(Stopwatch.GetElapsedTime(start) * (100 - options.Value.WorkPercent) / options.Value.WorkPercent, time, cancellationToken);
            }
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.LockNotAvailable)
        {
            // Somebody holds one of the sessions: the next time will do.
            return true;
        }
        catch (Exception exception) when (exception is not OperationCanceledException && !DatabaseFaults.IsUnavailable(exception))
        {
            // One user's trouble is not everybody's. What was not digested is still read from the messages themselves.
            metrics.CountFailure();
            LogFailed(exception.GetType().Name, (exception as PostgresException)?.SqlState);
            return false;
        }
    }

    /// <summary>One transaction; false where nothing more is to be done now.</summary>
    private async Task<bool> DigestSomeAsync(string userId, DateTimeOffset idleSince, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (!await TryTakeAsync(connection, userId, cancellationToken)
            || await ReadBatchAsync(connection, userId, idleSince, cancellationToken) is not { } batch)
        {
            return false;
        }

        var messages = batch.Messages.Count();
        var writes = new List<DigestWrite>(_participants.Count);
        foreach (var participant in messages > 0 ? _participants : [])
        {
            writes.Add(await participant.PrepareAsync(batch, connection, cancellationToken));
        }

        foreach (var write in writes)
        {
            if (!await write(connection, cancellationToken))
            {
                return false;
            }
        }

        if (!await TryMarkAsync(connection, batch, cancellationToken))
        {
            return false;
        }

        await transaction.CommitAsync(cancellationToken);
        metrics.CountMessages(messages);
        return true;
    }

    private async Task<IReadOnlyList<string>> FindUsersAsync(string after, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var command = DueCommand(FindUsers, connection, after, IdleSince, UsersAtOnce);
        await command.PrepareAsync(cancellationToken);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var users = new List<string>();
        while (await reader.ReadAsync(cancellationToken))
        {
            users.Add(reader.GetString(0));
        }

        return users;
    }

    private static async Task<bool> TryTakeAsync(NpgsqlConnection connection, string userId, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Take, connection) { Parameters = { new NpgsqlParameter<string> { TypedValue = userId } } };
        await command.PrepareAsync(cancellationToken);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return reader.GetBoolean(1);
    }

    private async Task<DigestBatch?> ReadBatchAsync(
        NpgsqlConnection connection, string userId, DateTimeOffset idleSince, CancellationToken cancellationToken)
    {
        var sessions = await FindSessionsAsync(connection, userId, idleSince, cancellationToken);
        if (sessions.Count == 0)
        {
            return null;
        }

        var messages = await ReadMessagesAsync(connection, userId, sessions, cancellationToken);
        var runs = new List<DigestRun>(sessions.Count);
        foreach (var session in sessions)
        {
            // The bytes may be used up before the session's messages are all read: the rest has its turn later, and so have the sessions behind.
            var run = new DigestRun(session.SessionId, session.Digested, session.Copied, messages.GetValueOrDefault(session.SessionId) ?? []);
            if (run.Messages.Count > 0 || session.Digested == session.Last)
            {
                runs.Add(run);
            }
        }

        return new DigestBatch(userId, runs);
    }

    private async Task<List<(Guid SessionId, long Digested, long Last, long Copied)>> FindSessionsAsync(
        NpgsqlConnection connection, string userId, DateTimeOffset idleSince, CancellationToken cancellationToken)
    {
        await using var command = DueCommand(FindSessions, connection, userId, idleSince, MaxSessions);
        await command.PrepareAsync(cancellationToken);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var sessions = new List<(Guid, long, long, long)>();
        long room = options.Value.MaxBatch;
        while (room > 0 && await reader.ReadAsync(cancellationToken))
        {
            var digested = reader.GetInt64(1);
            var count = Math.Min(room, reader.GetInt64(2) - digested);
            sessions.Add((reader.GetGuid(0), digested, digested + count, reader.GetInt64(3)));
            room -= count;
        }

        return sessions;
    }

    private async Task<Dictionary<Guid, List<SessionMessage>>> ReadMessagesAsync(
        NpgsqlConnection connection, string userId, List<(Guid SessionId, long Digested, long Last, long Copied)> sessions, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(ReadMessages, connection)
        {
            Parameters =
            {
                new NpgsqlParameter<string> { TypedValue = userId },
                ArrayParameter.Of(sessions, s => s.SessionId, NpgsqlDbType.Uuid),
                ArrayParameter.Of(sessions, s => s.Digested, NpgsqlDbType.Bigint),
                ArrayParameter.Of(sessions, s => s.Last, NpgsqlDbType.Bigint),
                new NpgsqlParameter<long> { TypedValue = options.Value.MaxBatchBytes },
            },
        };
        await command.PrepareAsync(cancellationToken);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var messages = new Dictionary<Guid, List<SessionMessage>>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var message = UndigestedMessages.Read(reader, userId);
            if (!messages.TryGetValue(message.SessionId, out var run))
            {
                messages.Add(message.SessionId, run = []);
            }

            run.Add(message);
        }

        return messages;
    }

    private static async Task<bool> TryMarkAsync(NpgsqlConnection connection, DigestBatch batch, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Mark, connection)
        {
            Parameters =
            {
                new NpgsqlParameter<string> { TypedValue = batch.UserId },
                ArrayParameter.Of(batch.Runs, run => run.SessionId, NpgsqlDbType.Uuid),
                ArrayParameter.Of(batch.Runs, run => run.DigestedMessages, NpgsqlDbType.Bigint),
                ArrayParameter.Of(batch.Runs, run => run.LastSequence, NpgsqlDbType.Bigint),
            },
        };
        await command.PrepareAsync(cancellationToken);
        return await command.ExecuteNonQueryAsync(cancellationToken) == batch.Runs.Count;
    }

    private NpgsqlCommand DueCommand(string sql, NpgsqlConnection connection, string userId, DateTimeOffset idleSince, int limit)
    {
#pragma warning disable CA2100 // One of two constant texts.
        return new NpgsqlCommand(sql, connection)
#pragma warning restore CA2100
        {
            Parameters =
            {
                new NpgsqlParameter<string> { TypedValue = userId },
                new NpgsqlParameter<DateTimeOffset> { TypedValue = idleSince },
                new NpgsqlParameter<long> { TypedValue = options.Value.MaxNewMessages },
                new NpgsqlParameter<long> { TypedValue = limit },
            },
        };
    }

    [LoggerMessage(1, LogLevel.Error, "Messages could not be digested and are tried again: {Exception} {SqlState}")]
    private partial void LogFailed(string exception, string? sqlState);
}
