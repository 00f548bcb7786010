using Npgsql;
using SessionService.Application.Json;
using SessionService.Application.Sessions;
using SessionService.Domain.Sessions;

namespace SessionService.Infrastructure.Sessions;

/// <summary>The columns of a session that an answer shows, read by position because lists are a hot path.</summary>
internal static class SessionColumns
{
    public static readonly string[] Names =
    [
        "session_id", "user_id", "status", "conversation_data", "metadata",
        "message_count", "total_tokens", "total_cost", "session_summary",
        "title", "starred_at", "created_at", "updated_at", "last_activity", "revision",
        "archived_at", "forked_from_session_id", "forked_from_sequence", "hidden_messages",
    ];

    // Little text is compressed further, and what is much longer all the same does no harm.
    private const int MaxCompression = 32;

    /// <summary>The columns of a table that goes by this name.</summary>
    public static string Of(string table) => string.Join(", ", Names.Select(name => $"{table}.{name}"));

    /// <summary>
    /// The columns of a table that goes by this name, without the texts of a session that is not small, and then the length of the texts
    /// that are left out: null where none are.
    /// </summary>
    /// <param name="table">The name of the table.</param>
    /// <param name="isSmall">The condition for small sessions, see <see cref="IsSmall"/>.</param>
    public static string Within(string table, string isSmall)
    {
        string[] texts = ["conversation_data", "metadata", "session_summary"];
        var columns = Names.Select(name => texts.Contains(name) ? $"CASE WHEN {isSmall} THEN {table}.{name} END" : $"{table}.{name}");
        var lengths = texts.Select(name => $"octet_length({table}.{name}::text)::bigint");
        return $"{string.Join(", ", columns)}, CASE WHEN {isSmall} THEN NULL ELSE {string.Join(" + ", lengths)} END";
    }

    /// <summary>Whether the texts of a session are no longer than so many bytes. What is compressed is taken for much longer.</summary>
    public static string IsSmall(string table, int maxBytes)
    {
        return $"{Stored("conversation_data")} + {Stored("metadata")} + octet_length({table}.session_summary) <= {maxBytes}";

        string Stored(string column) =>
            $"pg_column_size({table}.{column}) * "
            + $"CASE WHEN pg_column_compression({table}.{column}) IS NULL THEN 1 ELSE {MaxCompression} END";
    }

    /// <param name="reader">Stands on the row of a statement with <see cref="Within"/>.</param>
    /// <param name="first">Where in the row the columns begin.</param>
    /// <returns>The session, without texts where they were left out, and how long those are.</returns>
    public static (SessionResponse Session, long? Unread) ReadWithin(NpgsqlDataReader reader, int first) =>
        (Read(reader, first), reader.IsDBNull(first + Names.Length) ? null : reader.GetInt64(first + Names.Length));

    /// <param name="reader">Stands on the row.</param>
    /// <param name="first">Where in the row the columns begin.</param>
    public static SessionResponse Read(NpgsqlDataReader reader, int first)
    {
        var status = SessionStatuses.Parse(reader.GetString(first + 2));
        DateTimeOffset? starredAt = reader.IsDBNull(first + 10) ? null : reader.GetFieldValue<DateTimeOffset>(first + 10);
        var createdAt = reader.GetFieldValue<DateTimeOffset>(first + 11);
        return new SessionResponse
        {
            SessionId = reader.GetGuid(first),
            UserId = reader.GetString(first + 1),
            Status = status.Name(),
            IsActive = status.IsActive(),
            ConversationData = new JsonText(TextOf(reader, first + 3, "{}")),
            Metadata = new JsonText(TextOf(reader, first + 4, "{}")),
            MessageCount = reader.GetInt64(first + 5),
            VisibleMessages = reader.GetInt64(first + 5) - reader.GetInt64(first + 18),
            TotalTokens = reader.GetInt64(first + 6),
            TotalCost = reader.GetDecimal(first + 7),
            SessionSummary = TextOf(reader, first + 8, ""),
            Title = reader.IsDBNull(first + 9) ? null : reader.GetString(first + 9),
            IsStarred = starredAt is not null,
            StarredAt = starredAt,
            CreatedAt = createdAt,
            UpdatedAt = reader.GetFieldValue<DateTimeOffset>(first + 12),
            LastActivity = reader.GetFieldValue<DateTimeOffset>(first + 13),
            ArchivedAt = reader.IsDBNull(first + 15) ? null : reader.GetFieldValue<DateTimeOffset>(first + 15),
            ForkedFrom = reader.IsDBNull(first + 16) || reader.IsDBNull(first + 17)
                ? null
                : new ForkOrigin { SessionId = reader.GetGuid(first + 16), Sequence = reader.GetInt64(first + 17) },
            VersionTag = Session.Tag(reader.GetInt64(first + 14), createdAt),
        };
    }

    private static string TextOf(NpgsqlDataReader reader, int column, string leftOut) =>
        reader.IsDBNull(column) ? leftOut : reader.GetString(column);
}
