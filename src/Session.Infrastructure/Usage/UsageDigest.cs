using Npgsql;
using NpgsqlTypes;
using SessionService.Domain.Messages;
using SessionService.Infrastructure.Digests;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Usage;

/// <summary>Adds what new messages used to <c>dev.usage</c>: to their session's rows, and to those that sum up everybody's.</summary>
internal sealed class UsageDigest : IDigestParticipant
{
    // In the order of the key, as every transaction takes these rows. Everybody's rows of one quarter of an hour are written to by every
    // instance: each connection has one of sixteen.
    private const string Add =
        """
        WITH used AS MATERIALIZED (
            SELECT *
            FROM unnest($2, $3, $4, $5, $6, $7, $8) AS u (quarter_hour, session_id, message_type, model, messages, tokens, cost))
        INSERT INTO dev.usage AS usage (user_id, quarter_hour, session_id, message_type, model, messages, tokens, cost)
        SELECT *
        FROM (
            SELECT $1, u.* FROM used AS u
            UNION ALL
            SELECT '', u.quarter_hour, lpad(to_hex(pg_backend_pid() % 16), 32, '0')::uuid, u.message_type, u.model,
                   sum(u.messages)::bigint, sum(u.tokens)::bigint, sum(u.cost)
            FROM used AS u
            GROUP BY u.quarter_hour, u.message_type, u.model) AS added (user_id, quarter_hour, session_id, message_type, model, messages, tokens, cost)
        ORDER BY user_id COLLATE "C", quarter_hour, session_id, message_type, model
        ON CONFLICT (user_id, quarter_hour, session_id, message_type, model) DO UPDATE SET
            messages = usage.messages + excluded.messages,
            tokens = usage.tokens + excluded.tokens,
            cost = usage.cost + excluded.cost
        """;

    public Task<DigestWrite> PrepareAsync(DigestBatch batch, NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var used = batch.Runs
            .SelectMany(run => run.Messages.Where(message => message.Sequence > run.CopiedMessages))
            .GroupBy(message => new Key(QuarterHourOf(message), message.SessionId, message.MessageType, ModelName.Of(message.Metadata)))
            .Select(messages => new Used(
                messages.Key, messages.LongCount(), messages.Sum(message => (long)message.TokensUsed), messages.Sum(message => message.CostUsd)))
            .ToList();
        return Task.FromResult<DigestWrite>(async (open, cancellation) =>
        {
            await using var command = new NpgsqlCommand(Add, open)
            {
                Parameters =
                {
                    new NpgsqlParameter<string> { TypedValue = batch.UserId },
                    ArrayParameter.Of(used, u => u.Key.QuarterHour, NpgsqlDbType.TimestampTz),
                    ArrayParameter.Of(used, u => u.Key.SessionId, NpgsqlDbType.Uuid),
                    ArrayParameter.Of(used, u => u.Key.MessageType, NpgsqlDbType.Text),
                    ArrayParameter.Of(used, u => u.Key.Model, NpgsqlDbType.Text),
                    ArrayParameter.Of(used, u => u.Messages, NpgsqlDbType.Bigint),
                    ArrayParameter.Of(used, u => u.Tokens, NpgsqlDbType.Bigint),
                    ArrayParameter.Of(used, u => u.Cost, NpgsqlDbType.Numeric),
                },
            };
            await command.PrepareAsync(cancellation);
            await command.ExecuteNonQueryAsync(cancellation);
            return true;
        });
    }

    private static DateTimeOffset QuarterHourOf(SessionMessage message) =>
        new(message.CreatedAt.UtcTicks - (message.CreatedAt.UtcTicks % UsageSql.Grain.Ticks), TimeSpan.Zero);

    private readonly record struct Key(DateTimeOffset QuarterHour, Guid SessionId, string MessageType, string Model);

    private readonly record struct Used(Key Key, long Messages, long Tokens, decimal Cost);
}
