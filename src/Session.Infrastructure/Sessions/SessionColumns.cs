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
        "archived_at", "forked_from_session_id", "forked_from_sequence",
    ];

    /// <summary>The columns of a table that goes by this name.</summary>
    public static string Of(string table) => string.Join(", ", Names.Select(name => $"{table}.{name}"));

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
            ConversationData = new JsonText(reader.GetString(first + 3)),
            Metadata = new JsonText(reader.GetString(first + 4)),
            MessageCount = reader.GetInt64(first + 5),
            TotalTokens = reader.GetInt64(first + 6),
            TotalCost = reader.GetDecimal(first + 7),
            SessionSummary = reader.GetString(first + 8),
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
}
