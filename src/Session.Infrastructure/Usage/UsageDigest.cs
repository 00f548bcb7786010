using NpgsqlTypes;
using SessionService.Application.Usage;
using SessionService.Domain.Messages;
using SessionService.Infrastructure.Digests;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Usage;

/// <summary>Adds the usage of new messages to <c>dev.usage</c>: to the rows of their session, and to the sums of all users.</summary>
internal sealed class UsageDigest : IDigestParticipant
{
    // By hand for ON CONFLICT and unnested arrays. In the order of the key, as every transaction takes these rows.
    private const string Add =
        $"""
        WITH used AS MATERIALIZED (
            SELECT *
            FROM unnest($2, $3, $4, $5, $6, $7, $8) AS u (quarter_hour, session_id, message_type, model, messages, tokens, cost))
        INSERT INTO dev.usage AS usage (user_id, quarter_hour, session_id, message_type, model, messages, tokens, cost)
        SELECT *
        FROM (
            SELECT $1, u.* FROM used AS u
            UNION ALL
            SELECT '', u.quarter_hour, {UsageSql.Slot}, u.message_type, u.model,
                   sum(u.messages)::bigint, sum(u.tokens)::bigint, sum(u.cost)
            FROM used AS u
            GROUP BY u.quarter_hour, u.message_type, u.model)
            AS added (user_id, quarter_hour, session_id, message_type, model, messages, tokens, cost)
        ORDER BY user_id COLLATE "C", quarter_hour, session_id, message_type, model
        ON CONFLICT (user_id, quarter_hour, session_id, message_type, model) DO UPDATE SET
            messages = usage.messages + excluded.messages,
            tokens = usage.tokens + excluded.tokens,
            cost = usage.cost + excluded.cost
        """;

    public Task<DigestWrite> PrepareAsync(DigestBatch batch, Sql sql, CancellationToken cancellationToken)
    {
        var used = batch.Runs
            .SelectMany(run => run.Messages.Where(message => message.Sequence > run.CopiedMessages))
            .GroupBy(message => new Key(QuarterHourOf(message), message.SessionId, message.MessageType, ModelName.Of(message.Metadata)))
            .Select(messages => new Used(
                messages.Key,
                messages.LongCount(),
                messages.Sum(message => (long)message.TokensUsed),
                messages.Sum(message => message.CostUsd)))
            .ToList();
        return Task.FromResult<DigestWrite>(async (sql, cancellation) =>
        {
            await sql
                .Statement(
                    Add,
                    batch.UserId,
                    SqlValue.Column(used, u => u.Key.QuarterHour, NpgsqlDbType.TimestampTz),
                    SqlValue.Column(used, u => u.Key.SessionId, NpgsqlDbType.Uuid),
                    SqlValue.Column(used, u => u.Key.MessageType, NpgsqlDbType.Text),
                    SqlValue.Column(used, u => u.Key.Model, NpgsqlDbType.Text),
                    SqlValue.Column(used, u => u.Messages, NpgsqlDbType.Bigint),
                    SqlValue.Column(used, u => u.Tokens, NpgsqlDbType.Bigint),
                    SqlValue.Column(used, u => u.Cost, NpgsqlDbType.Numeric))
                .ExecuteAsync(cancellation);
            return true;
        });
    }

    private static DateTimeOffset QuarterHourOf(SessionMessage message) =>
        new(message.CreatedAt.UtcTicks - (message.CreatedAt.UtcTicks % UsageSql.Grain.Ticks), TimeSpan.Zero);

    private readonly record struct Key(DateTimeOffset QuarterHour, Guid SessionId, string MessageType, string Model);

    private readonly record struct Used(Key Key, long Messages, long Tokens, decimal Cost);
}
