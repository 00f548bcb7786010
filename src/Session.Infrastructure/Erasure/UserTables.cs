namespace SessionService.Infrastructure.Erasure;

/// <summary>A table that holds data of users.</summary>
/// <param name="Name">Its name in the schema.</param>
/// <param name="BelongsToSession">Whether its rows name a session and are erased with it; the others are erased after all sessions.</param>
/// <param name="IsDerived">Whether statements of its own remove its rows, as of one that is derived from other tables.</param>
/// <param name="Time">The column with the time of a row, where rows may have come since the erasure began and must stay.</param>
/// <param name="Outlives">Whether rows may stay when their session is gone; those are erased with their user.</param>
internal sealed record UserTable(
    string Name, bool BelongsToSession, bool IsDerived = false, string? Time = null, bool Outlives = false);

/// <summary>
/// Every table with a column <c>user_id</c>, so that counting and erasing a user's data misses none. A test compares the lists with the
/// database.
/// </summary>
internal static class UserTables
{
    public const string Sessions = "sessions";
    public const string Keys = "idempotency_keys";
    public const string Usage = "usage";
    public const string SessionCounts = "session_counts";
    public const string SessionStatistics = "session_statistics";
    public const string SearchSegments = "search_segments";
    public const string Attachments = "attachments";
    public const string AttachmentPieces = "attachment_pieces";
    public const string AttachmentUses = "attachment_uses";
    public const string AttachmentRemovals = "attachment_removals";
    public const string ApiKeys = "api_keys";
    public const string SessionIds = "session_ids";

    public static readonly IReadOnlyList<UserTable> All =
    [
        new("session_messages", BelongsToSession: true),
        new("message_segments", BelongsToSession: true),
        new("session_memories", BelongsToSession: true),
        new("message_vectors", BelongsToSession: true),
        new("message_tokens", BelongsToSession: true),
        new(AttachmentUses, BelongsToSession: true),
        new("session_branches", BelongsToSession: true),
        new("message_feedback", BelongsToSession: true),
        new("conversation_items", BelongsToSession: true),
        new("webhook_deliveries", BelongsToSession: true, Time: "created_at", Outlives: true),

        // The deltas first: the database would delete them with their messages, uncounted.
        new("message_deltas", BelongsToSession: true),
        new("open_messages", BelongsToSession: true),

        // After all sessions: an attachment stays for as long as a message refers to it.
        new(AttachmentPieces, BelongsToSession: false, IsDerived: true),
        new(Attachments, BelongsToSession: false, IsDerived: true),
        new(AttachmentRemovals, BelongsToSession: false, IsDerived: true),

        // The versions first: the database would delete them with their memories, uncounted.
        new("user_memory_versions", BelongsToSession: false, Time: "written_at"),
        new("user_memories", BelongsToSession: false, Time: "created_at"),
        new(Usage, BelongsToSession: true, IsDerived: true),
        new(SessionCounts, BelongsToSession: false, IsDerived: true),
        new(SearchSegments, BelongsToSession: false, IsDerived: true),

        // The keys of sessions are erased with them, whenever they came.
        new(Keys, BelongsToSession: false, Time: "created_at"),
        new("orphaned_rows", BelongsToSession: false),
        new("webhooks", BelongsToSession: false, Time: "created_at"),

        // On one server its rows count what all users did and name none.
        new(SessionStatistics, BelongsToSession: false, IsDerived: true),

        // Last of all: with a key that is still there, an erasure that failed can be sent again.
        new(ApiKeys, BelongsToSession: false, IsDerived: true, Time: "created_at"),
    ];

    /// <summary>
    /// Tables with a column <c>user_id</c> whose rows tell nothing that the others do not tell. They are erased, and not counted.
    /// </summary>
    public static readonly IReadOnlyList<string> NotCounted = [SessionIds, "user_locks"];

    /// <summary>The tables in which a column names a row's session, and whose rows go with it.</summary>
    public static readonly IReadOnlyList<string> OfSession =
        [Sessions, .. All.Where(table => table.BelongsToSession).Select(table => table.Name), Keys];

    /// <summary>The tables, with that of the sessions, and no row of any yet.</summary>
    public static Dictionary<string, long> NoRows() =>
        All.Select(table => table.Name).Append(Sessions).ToDictionary(name => name, _ => 0L, StringComparer.Ordinal);
}
