using System.Collections.Concurrent;
using NpgsqlTypes;
using SessionService.Infrastructure.Digests;
using SessionService.Infrastructure.Persistence;

namespace SessionService.IntegrationTests.Digests;

/// <summary>Keeps in a table what was digested, so that a digest that was rolled back leaves nothing; and lets a test in between.</summary>
internal sealed class RecordingParticipant : IDigestParticipant
{
    // Without a key: what is digested twice shows.
    public const string Table =
        "CREATE TABLE digested (session_id uuid, sequence bigint, position bigint, digested_at timestamptz DEFAULT clock_timestamp())";

    private readonly ConcurrentDictionary<Guid, Func<Task>> _onPrepare = new();
    private readonly ConcurrentDictionary<Guid, Func<Task>> _onWrite = new();

    /// <summary>Does something, once, while the messages of a session are worked out.</summary>
    public void OnPrepare(string session, Func<Task> action) => _onPrepare[Guid.Parse(session.Split('/')[^1])] = action;

    /// <summary>Does something, once, before what was worked out is written.</summary>
    public void OnWrite(string session, Func<Task> action) => _onWrite[Guid.Parse(session.Split('/')[^1])] = action;

    public async Task<DigestWrite> PrepareAsync(DigestBatch batch, Sql sql, CancellationToken cancellationToken)
    {
        await DoAsync(_onPrepare, batch);
        return async (sql, cancellationToken) =>
        {
            await DoAsync(_onWrite, batch);
            var messages = batch.Messages.ToList();
            var written = await sql
                .Statement(
                    "INSERT INTO digested (session_id, sequence, position) SELECT * FROM unnest($1, $2) WITH ORDINALITY",
                    SqlValue.Column(messages, message => message.SessionId, NpgsqlDbType.Uuid),
                    SqlValue.Column(messages, message => message.Sequence, NpgsqlDbType.Bigint))
                .ExecuteAsync(cancellationToken);
            return written == messages.Count;
        };
    }

    private static async Task DoAsync(ConcurrentDictionary<Guid, Func<Task>> actions, DigestBatch batch)
    {
        foreach (var run in batch.Runs)
        {
            if (actions.TryRemove(run.SessionId, out var action))
            {
                await action();
            }
        }
    }
}
