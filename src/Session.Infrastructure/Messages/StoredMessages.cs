using System.Text.Json;
using System.Text.Json.Serialization;
using Npgsql;
using NpgsqlTypes;
using SessionService.Application.Messages;
using SessionService.Domain.Idempotency;
using SessionService.Domain.Messages;
using SessionService.Infrastructure.Writes;

namespace SessionService.Infrastructure.Messages;

/// <summary>Finds the messages of a write that was made before.</summary>
internal sealed class StoredMessages(NpgsqlDataSource dataSource)
{
    private const string Columns =
        "m.sequence, m.id, m.role, m.content, m.message_type, m.message_metadata, m.tokens_used, m.cost_usd, m.created_at";

    private const string Range =
        $"""
        SELECT {Columns}
        FROM dev.session_messages AS m
        WHERE m.user_id = $1 AND m.session_id = $2 AND m.sequence >= $3 AND m.sequence < $3 + $4
        ORDER BY m.sequence
        """;

    // The ids that are taken, each with whether it is by the very message that is sent again.
    private const string ByIds =
        $"""
        SELECT {Columns},
               m.session_id = $2 AND m.role = i.role AND m.content = i.content AND m.message_type = i.message_type
                   AND m.message_metadata = i.metadata AND m.tokens_used = i.tokens_used AND m.cost_usd = i.cost_usd
                   AND coalesce(i.created_at, m.created_at) = m.created_at
        FROM unnest($3, $4, $5, $6, $7, $8, $9, $10) WITH ORDINALITY
            AS i (id, role, content, message_type, metadata, tokens_used, cost_usd, created_at, position)
        JOIN dev.session_messages AS m ON m.user_id = $1 AND m.id = i.id
        ORDER BY i.position
        """;

    /// <summary>The messages that were written under a key.</summary>
    public async Task<IReadOnlyList<SessionMessage>> ReadAsync(IdempotencyRecord record, CancellationToken cancellationToken)
    {
        var answer = JsonSerializer.Deserialize<MessagesAnswer>(record.Answer)!;
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var command = new NpgsqlCommand(Range, connection)
        {
            Parameters =
            {
                new NpgsqlParameter<string> { TypedValue = record.UserId },
                new NpgsqlParameter<Guid> { TypedValue = record.SessionId },
                new NpgsqlParameter<long> { TypedValue = answer.FirstSequence },
                new NpgsqlParameter<int> { TypedValue = answer.Messages },
            },
        };
        await command.PrepareAsync(cancellationToken);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var messages = new List<SessionMessage>(answer.Messages);
        while (await reader.ReadAsync(cancellationToken))
        {
            messages.Add(Message(reader, record.UserId, record.SessionId));
        }

        return messages;
    }

    /// <summary>
    /// Whether the ids that the client gave are taken: by the same messages, one after the other, then the write was made before; by
    /// any other, then it cannot be made. <see langword="null"/> when they are free.
    /// </summary>
    public async Task<AppendResult?> FindByIdsAsync(Append append, CancellationToken cancellationToken)
    {
        NewMessage[] own = [.. append.Messages.Where(message => message.HasOwnId)];
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var command = new NpgsqlCommand(ByIds, connection)
        {
            Parameters =
            {
                new NpgsqlParameter<string> { TypedValue = append.UserId },
                new NpgsqlParameter<Guid> { TypedValue = append.SessionId },
                ArrayParameter.Of(own, m => m.Message.MessageId, NpgsqlDbType.Uuid),
                ArrayParameter.Of(own, m => m.Message.Role, NpgsqlDbType.Text),
                ArrayParameter.Of(own, m => m.Message.Content, NpgsqlDbType.Text),
                ArrayParameter.Of(own, m => m.Message.MessageType, NpgsqlDbType.Text),
                ArrayParameter.Of(own, m => m.Message.Metadata, NpgsqlDbType.Jsonb),
                ArrayParameter.Of(own, m => m.Message.TokensUsed, NpgsqlDbType.Integer),
                ArrayParameter.Of(own, m => m.Message.CostUsd, NpgsqlDbType.Numeric),
                ArrayParameter.Of(own, m => m.HasOwnTime ? m.Message.CreatedAt : (DateTimeOffset?)null, NpgsqlDbType.TimestampTz),
            },
        };
        await command.PrepareAsync(cancellationToken);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var messages = new List<SessionMessage>(own.Length);
        var areTheSame = true;
        while (await reader.ReadAsync(cancellationToken))
        {
            areTheSame &= reader.GetBoolean(9);
            messages.Add(Message(reader, append.UserId, append.SessionId));
            areTheSame &= messages[^1].Sequence == messages[0].Sequence + messages.Count - 1;
        }

        return messages.Count switch
        {
            0 => null,
            var count when areTheSame && count == append.Messages.Count => new AppendResult(AppendOutcome.Replayed, messages),
            _ => new AppendResult(AppendOutcome.MessageIdTaken, []),
        };
    }

    private static SessionMessage Message(NpgsqlDataReader row, string userId, Guid sessionId) => new()
    {
        UserId = userId,
        SessionId = sessionId,
        Sequence = row.GetInt64(0),
        MessageId = row.GetGuid(1),
        Role = row.GetString(2),
        Content = row.GetString(3),
        MessageType = row.GetString(4),
        Metadata = row.GetString(5),
        TokensUsed = row.GetInt32(6),
        CostUsd = row.GetDecimal(7),
        CreatedAt = row.GetFieldValue<DateTimeOffset>(8),
    };

    /// <summary>What <see cref="AppendStatement"/> keeps of its answer.</summary>
    private sealed record MessagesAnswer(
        [property: JsonPropertyName("first_sequence")] long FirstSequence, [property: JsonPropertyName("messages")] int Messages);
}
