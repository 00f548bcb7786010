using NpgsqlTypes;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Statistics;

/// <summary>
/// What sessions of one status, starred or not, add to the counts and to the statistics; negative where they are removed.
/// </summary>
/// <param name="Status">The status, as the database has it.</param>
/// <param name="IsStarred">Whether they are starred.</param>
/// <param name="Sessions">How many there are.</param>
/// <param name="Messages">Their messages, without those that were copied into them.</param>
/// <param name="Tokens">The tokens of these messages.</param>
/// <param name="Cost">The cost of these messages, USD.</param>
internal sealed record SessionTotal(string Status, bool IsStarred, long Sessions, long Messages, long Tokens, decimal Cost)
{
    // By hand as the counts are, for ON CONFLICT. The statistics take their row after the users' counts, as in every other transaction.
    private static readonly string Add =
        $"""
        WITH added AS MATERIALIZED (
            SELECT * FROM unnest($2, $3, $4, $5, $6, $7) AS a (status, is_starred, sessions, messages, tokens, cost)),
        counted_user AS (
            {SessionCountsSql.Add(
                """
                SELECT $1::varchar AS user_id, status::varchar, is_starred, sum(sessions) AS sessions
                FROM added
                GROUP BY status, is_starred
                """)}
            RETURNING sessions)
        {StatisticsSql.Add(
            "added HAVING (SELECT count(*) FROM counted_user) > 0",
            sessions: "sum(sessions)",
            activeSessions: $"coalesce(sum(sessions) FILTER (WHERE {StatisticsSql.IsActive}), 0)",
            messages: "sum(messages)",
            tokens: "sum(tokens)",
            cost: "sum(cost)",
            owner: "$8")}
        """;

    /// <summary>Adds sessions of a user to the counts and to the statistics.</summary>
    public static Task<int> AddAsync(
        Sql sql, TotalsOwner owner, string userId, IReadOnlyList<SessionTotal> totals, CancellationToken cancellationToken) =>
        sql
            .Statement(
                Add,
                userId,
                SqlValue.Column(totals, t => t.Status, NpgsqlDbType.Text),
                SqlValue.Column(totals, t => t.IsStarred, NpgsqlDbType.Boolean),
                SqlValue.Column(totals, t => t.Sessions, NpgsqlDbType.Bigint),
                SqlValue.Column(totals, t => t.Messages, NpgsqlDbType.Bigint),
                SqlValue.Column(totals, t => t.Tokens, NpgsqlDbType.Bigint),
                SqlValue.Column(totals, t => t.Cost, NpgsqlDbType.Numeric),
                owner.Of(userId))
            .ExecuteAsync(cancellationToken);
}
