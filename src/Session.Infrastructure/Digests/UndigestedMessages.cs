using Npgsql;
using SessionService.Domain.Messages;

namespace SessionService.Infrastructure.Digests;

/// <summary>Whole messages as the digest reads them, and whoever reads what is not digested yet.</summary>
internal static class UndigestedMessages
{
    public const string Columns =
        "m.session_id, m.sequence, m.id, m.role, m.content, m.message_type, m.message_metadata, m.tokens_used, m.cost_usd, m.created_at";

    /// <summary>About how many bytes of a message can be long.</summary>
    public const string Bytes = "(octet_length(m.content) + pg_column_size(m.message_metadata))";

    /// <summary>All of a user's ($1), by session and number. Together with what is digested, in one snapshot, it is everything.</summary>
    public const string OfUser = $"SELECT {Columns} {From} ORDER BY m.session_id, m.sequence";

    /// <summary>How many of a user's ($1) there are, up to a limit ($2), and how many bytes these have.</summary>
    public const string Measure =
        $"SELECT count(*), coalesce(sum(b.bytes), 0)::bigint FROM (SELECT {Bytes} AS bytes {From} LIMIT $2) AS b";

    // Ordered within, so that it is looked up session by session whatever the planner believes of how many there are.
    private const string From =
        """
        FROM dev.sessions AS s
        CROSS JOIN LATERAL (
            SELECT *
            FROM dev.session_messages AS m
            WHERE m.user_id = s.user_id AND m.session_id = s.session_id AND m.sequence > s.digested_messages
            ORDER BY m.sequence) AS m
        WHERE s.user_id = $1 AND NOT s.is_digested
        """;

    public static SessionMessage Read(NpgsqlDataReader row, string userId) => new()
    {
        UserId = userId,
        SessionId = row.GetGuid(0),
        Sequence = row.GetInt64(1),
        MessageId = row.GetGuid(2),
        Role = row.GetString(3),
        Content = row.GetString(4),
        MessageType = row.GetString(5),
        Metadata = row.GetString(6),
        TokensUsed = row.GetInt32(7),
        CostUsd = row.GetDecimal(8),
        CreatedAt = row.GetFieldValue<DateTimeOffset>(9),
    };
}
