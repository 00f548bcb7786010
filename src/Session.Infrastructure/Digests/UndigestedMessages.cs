using Npgsql;
using SessionService.Domain.Messages;

namespace SessionService.Infrastructure.Digests;

/// <summary>Messages that are not digested yet, for the digest and for those who search in them meanwhile.</summary>
internal static class UndigestedMessages
{
    public const string Columns =
        "m.session_id, m.sequence, m.id, m.role, m.content, m.message_type, m.message_metadata, m.tokens_used, m.cost_usd, m.created_at, "
        + "m.parts, m.name";

    /// <summary>About how many bytes a message takes.</summary>
    public const string Bytes = "(octet_length(m.content) + pg_column_size(m.message_metadata) + coalesce(pg_column_size(m.parts), 0))";

    /// <summary>
    /// All of a user ($1), by session and number. In one snapshot they and what is digested are all messages of the user, without those
    /// in progress and behind these.
    /// </summary>
    public const string OfUser = $"SELECT {Columns} {From} ORDER BY m.session_id, m.sequence";

    /// <summary>How many a user ($1) has, up to a limit ($2), and how many bytes those take.</summary>
    public const string Measure =
        $"SELECT count(*), coalesce(sum(b.bytes), 0)::bigint FROM (SELECT {Bytes} AS bytes {From} LIMIT $2) AS b";

    // By hand: the lateral join with its own order makes the planner look the messages up session by session, whatever number it expects.
    private const string From =
        """
        FROM dev.sessions AS s
        CROSS JOIN LATERAL (
            SELECT *
            FROM dev.session_messages AS m
            WHERE m.user_id = $1 AND m.session_id = s.session_id AND m.sequence > s.digested_messages
                AND (s.open_messages IS NULL OR m.sequence < s.open_messages[1])
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
        Parts = row.IsDBNull(10) ? null : row.GetString(10),
        Name = row.IsDBNull(11) ? null : row.GetString(11),
    };
}
