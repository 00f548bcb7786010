using System.Text.Json;
using System.Text.Json.Serialization;
using NpgsqlTypes;
using SessionService.Application.Idempotency;
using SessionService.Application.Json;
using SessionService.Application.Messages;
using SessionService.Application.Time;
using SessionService.Domain.Idempotency;
using SessionService.Domain.Messages;
using SessionService.Infrastructure.Idempotency;
using SessionService.Infrastructure.Messages.Packed;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Messages;

/// <summary>Finds the messages of a write that is sent again.</summary>
internal sealed class MessageReplays(Database database, IMessageReader reader)
{
    // By hand because EF knows nothing of the ids of packed messages. One statement, and so one moment: a message is a row or packed.
    private static readonly string PositionsOfIds =
        $"""
        SELECT m.session_id, m.sequence
        FROM dev.session_messages AS m
        WHERE m.user_id = $1 AND m.id = ANY ($2)
        UNION ALL
        SELECT g.session_id, {PackedIds.Sequence("o.id")}
        FROM (SELECT id, {PackedIds.Hash("id")} AS hash FROM unnest($2) AS id OFFSET 0) AS o
        JOIN dev.message_segments AS g ON {PackedIds.Hold("$1", "o.id", "o.hash")}
        """;

    // By hand for the same reason.
    private static readonly string TakenIds =
        $"""
        SELECT m.id
        FROM dev.session_messages AS m
        WHERE m.user_id = $1 AND m.id = ANY ($2)
        UNION ALL
        SELECT o.id
        FROM (SELECT id, {PackedIds.Hash("id")} AS hash FROM unnest($2) AS id OFFSET 0) AS o
        JOIN dev.message_segments AS g ON {PackedIds.Hold("$1", "o.id", "o.hash")}
        """;

    // By hand because the database compares what it stores: jsonb, numeric and times. A redacted message is taken for the same. A time that
    // was ahead was stored as the time of writing.
    private static readonly string AreTheSame =
        $"""
        SELECT coalesce(bool_and(
            m.role = i.role AND m.message_type = i.message_type AND m.tokens_used = i.tokens_used AND m.cost_usd = i.cost_usd
                AND (i.created_at IS NULL
                    OR i.created_at BETWEEN m.created_at AND m.created_at + interval '{DatabaseClock.Tolerance.TotalSeconds} seconds')
                AND (m.is_redacted OR (m.content = i.content AND m.metadata = i.metadata))), false)
        FROM unnest($1, $2, $3, $4, $5, $6, $7) WITH ORDINALITY
            AS i (role, content, message_type, metadata, tokens_used, cost_usd, created_at, position)
        JOIN unnest($8, $9, $10, $11, $12, $13, $14, $15) WITH ORDINALITY
            AS m (role, content, message_type, metadata, tokens_used, cost_usd, created_at, is_redacted, position)
            ON m.position = i.position
        """;

    // By hand for ON CONFLICT, and for the lock: a session that is erased meanwhile leaves no key behind. The row that comes back tells
    // whether the key was free: a coordinator of a sharded database also counts rows that were there.
    private static readonly string Bind =
        $"""
        WITH session AS MATERIALIZED (
            SELECT user_id, session_id FROM dev.sessions WHERE user_id = $1 AND session_id = $2 FOR KEY SHARE)
        {IdempotencySql.Claim("jsonb_build_object('first_sequence', $3, 'messages', $4)")}
        FROM (SELECT user_id, session_id, $5 AS key, $6 AS request_hash, $7 AS now FROM session) AS replay
        ON CONFLICT DO NOTHING
        RETURNING session_id
        """;

    /// <summary>The messages that were written under a key; <see langword="null"/> where they were removed for good since.</summary>
    public async Task<IReadOnlyList<SessionMessage>?> ReadAsync(IdempotencyRecord record, CancellationToken cancellationToken)
    {
        var answer = JsonSerializer.Deserialize<MessagesAnswer>(record.Answer)!;

        // The conversation may show other messages since.
        var selection = new MessageSelection
        {
            Order = MessageOrder.OldestFirst,
            After = answer.FirstSequence - 1,
            Take = answer.Messages,
            Path = MessagePath.Whole,
        };
        var messages = new List<SessionMessage>(answer.Messages);
        await foreach (var row in reader.ReadAllAsync(record.UserId, record.SessionId, selection, cancellationToken))
        {
            messages.Add(row.ToMessage(record.UserId, record.SessionId));
        }

        return messages.Count == answer.Messages ? messages : null;
    }

    /// <summary>
    /// Whether the ids that the client gave are taken: by the same messages, one after the other, then the write was made before; by
    /// any other, then it cannot be made. <see langword="null"/> when they are free.
    /// </summary>
    public async Task<AppendResult?> FindByIdsAsync(Append append, CancellationToken cancellationToken)
    {
        NewMessage[] own = [.. append.Messages.Where(message => message.HasOwnId)];
        var taken = await FindAsync(append.UserId, [.. own.Select(message => message.Message.MessageId)], cancellationToken);
        if (taken.Length == 0)
        {
            return null;
        }

        return await AreTheSameAsync(append, taken, cancellationToken)
            ? new AppendResult(AppendOutcome.Replayed, taken)
            : new AppendResult(AppendOutcome.MessageIdTaken, []);
    }

    /// <summary>The user's messages that have one of these ids, sorted by session and number.</summary>
    public async Task<SessionMessage[]> FindAsync(string userId, Guid[] ids, CancellationToken cancellationToken)
    {
        var positions = await FindPositionsAsync(userId, ids, cancellationToken);
        if (positions.Count == 0)
        {
            return [];
        }

        var wanted = ids.ToHashSet();
        var found = await reader.FindAsync(userId, positions, cancellationToken);
        return [.. found.Where(message => wanted.Contains(message.MessageId))];
    }

    /// <summary>Which of these ids messages of the user have.</summary>
    public async Task<IReadOnlySet<Guid>> FindTakenAsync(string userId, Guid[] ids, CancellationToken cancellationToken)
    {
        var taken = await database.ReadAsync(
            sql => sql.Statement(TakenIds, userId, ids).ListAsync(row => row.GetGuid(0), cancellationToken), cancellationToken);
        return taken.ToHashSet();
    }

    /// <summary>
    /// Takes the key of a write whose messages were found by their ids, so that no other write can have the key. False where another write
    /// took the key meanwhile, or the session is gone.
    /// </summary>
    public async Task<bool> TryBindAsync(
        Append append, IdempotencyKey key, IReadOnlyList<SessionMessage> found, CancellationToken cancellationToken) =>
        await database.WriteAsync(
            sql => sql
                .Statement(
                    Bind,
                    append.UserId,
                    append.SessionId,
                    found[0].Sequence,
                    found.Count,
                    key.Value,
                    key.RequestHash,
                    append.Now!.Value)
                .ValueAsync<Guid?>(cancellationToken),
            cancellationToken) is not null;

    private Task<List<MessagePosition>> FindPositionsAsync(string userId, Guid[] ids, CancellationToken cancellationToken) =>
        database.ReadAsync(
            sql => sql.Statement(PositionsOfIds, userId, ids)
                .ListAsync(row => new MessagePosition(row.GetGuid(0), row.GetInt64(1)), cancellationToken),
            cancellationToken);

    /// <summary>
    /// Whether stored messages, in the order of their numbers, are those of a write: all of them, in this session, one after the other.
    /// </summary>
    private async Task<bool> AreTheSameAsync(Append append, SessionMessage[] stored, CancellationToken cancellationToken)
    {
        if (stored.Length != append.Messages.Count
            || stored.Where((message, i) => message.SessionId != append.SessionId
                || message.MessageId != append.Messages[i].Message.MessageId
                || message.Sequence != stored[0].Sequence + i).Any())
        {
            return false;
        }

        SessionMessage[] sent = [.. append.Messages.Select(message => message.Message)];
        if (stored.Zip(sent).Any(pair => pair.First.RedactedAt is null && !HasSameParts(pair.First, pair.Second)))
        {
            return false;
        }

        return await database.ReadAsync(
            sql => sql
                .Statement(
                    AreTheSame,
                    SqlValue.Column(sent, m => m.Role, NpgsqlDbType.Text),
                    SqlValue.Column(sent, m => m.Content, NpgsqlDbType.Text),
                    SqlValue.Column(sent, m => m.MessageType, NpgsqlDbType.Text),
                    SqlValue.Column(sent, m => m.Metadata, NpgsqlDbType.Jsonb),
                    SqlValue.Column(sent, m => m.TokensUsed, NpgsqlDbType.Integer),
                    SqlValue.Column(sent, m => m.CostUsd, NpgsqlDbType.Numeric),
                    SqlValue.Column(append.Messages, GivenTime, NpgsqlDbType.TimestampTz),
                    SqlValue.Column(stored, m => m.Role, NpgsqlDbType.Text),
                    SqlValue.Column(stored, m => m.Content, NpgsqlDbType.Text),
                    SqlValue.Column(stored, m => m.MessageType, NpgsqlDbType.Text),
                    SqlValue.Column(stored, m => m.Metadata, NpgsqlDbType.Jsonb),
                    SqlValue.Column(stored, m => m.TokensUsed, NpgsqlDbType.Integer),
                    SqlValue.Column(stored, m => m.CostUsd, NpgsqlDbType.Numeric),
                    SqlValue.Column(stored, m => m.CreatedAt, NpgsqlDbType.TimestampTz),
                    SqlValue.Column(stored, m => m.RedactedAt is not null, NpgsqlDbType.Boolean))
                .ValueAsync<bool>(cancellationToken),
            cancellationToken);
    }

    // Parts may stand in a message a few levels deeper than they were given.
    private static readonly JsonDocumentOptions Deep = new() { MaxDepth = 2 * JsonLimits.MaxDepth };

    private static bool HasSameParts(SessionMessage stored, SessionMessage sent)
    {
        if (stored.Name != sent.Name || stored.Status != sent.Status)
        {
            return false;
        }

        if (stored.Parts == sent.Parts || stored.Parts is null || sent.Parts is null)
        {
            return stored.Parts == sent.Parts;
        }

        using var one = JsonDocument.Parse(stored.Parts, Deep);
        using var other = JsonDocument.Parse(sent.Parts, Deep);
        return JsonElement.DeepEquals(one.RootElement, other.RootElement);
    }

    private static DateTimeOffset? GivenTime(NewMessage message) => message.HasOwnTime ? message.Message.CreatedAt : null;

    /// <summary>What <see cref="AppendStatement"/> keeps of its answer.</summary>
    private sealed record MessagesAnswer(
        [property: JsonPropertyName("first_sequence")] long FirstSequence, [property: JsonPropertyName("messages")] int Messages);
}
