using Npgsql;
using NpgsqlTypes;
using SessionService.Application.Messages;
using SessionService.Domain.Messages;
using SessionService.Infrastructure.Statistics;

namespace SessionService.Infrastructure.Messages;

internal sealed class MessageStore(NpgsqlDataSource dataSource) : IMessageStore
{
    // One statement, one round trip: the update locks the session's row, so the numbers follow each other however many write at
    // once, and a message waits for a session that is about to end. Without a number in the answer nothing was written; whether
    // the session is there at all tells why.
    internal static readonly string Append =
        $"""
        WITH session AS (
            UPDATE dev.sessions
            SET message_count = message_count + 1,
                total_tokens = total_tokens + $8,
                total_cost = total_cost + $9,
                last_activity = $11,
                updated_at = greatest(updated_at, $11)
            WHERE user_id = $1 AND session_id = $2 AND status <> 'ended'
            RETURNING message_count),
        message AS (
            INSERT INTO dev.session_messages
                (user_id, session_id, sequence, id, role, content, message_type, message_metadata, tokens_used, cost_usd, created_at)
            SELECT $1, $2, session.message_count, $3, $4, $5, $6, $7, $8, $9, $10
            FROM session
            RETURNING sequence),
        counted AS (
            {StatisticsSql.Add("message", messages: "1", tokens: "$8", cost: "$9")})
        SELECT (SELECT sequence FROM message),
               EXISTS (SELECT FROM dev.sessions WHERE user_id = $1 AND session_id = $2)
        """;

    public async Task<AppendOutcome> AppendAsync(SessionMessage message, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var command = new NpgsqlCommand(Append, connection)
        {
            Parameters =
            {
                new NpgsqlParameter<string> { TypedValue = message.UserId },
                new NpgsqlParameter<Guid> { TypedValue = message.SessionId },
                new NpgsqlParameter<Guid> { TypedValue = message.MessageId },
                new NpgsqlParameter<string> { TypedValue = message.Role },
                new NpgsqlParameter<string> { TypedValue = message.Content },
                new NpgsqlParameter<string> { TypedValue = message.MessageType },
                new NpgsqlParameter<string> { TypedValue = message.Metadata, NpgsqlDbType = NpgsqlDbType.Jsonb },
                new NpgsqlParameter<int> { TypedValue = message.TokensUsed },
                new NpgsqlParameter<decimal> { TypedValue = message.CostUsd },
                new NpgsqlParameter<DateTimeOffset> { TypedValue = message.CreatedAt },
                new NpgsqlParameter<DateTimeOffset> { TypedValue = now },
            },
        };
        await command.PrepareAsync(cancellationToken);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        if (await reader.IsDBNullAsync(0, cancellationToken))
        {
            return reader.GetBoolean(1) ? AppendOutcome.SessionEnded : AppendOutcome.SessionNotFound;
        }

        message.Sequence = reader.GetInt64(0);
        return AppendOutcome.Appended;
    }
}
