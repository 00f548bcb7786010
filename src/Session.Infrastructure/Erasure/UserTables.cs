namespace SessionService.Infrastructure.Erasure;

/// <summary>A table that holds something of users'.</summary>
/// <param name="Name">Its name in the schema.</param>
/// <param name="BelongsToSession">Whether its rows name a session and go with it; the others go after all sessions.</param>
/// <param name="IsDerived">Whether it follows from other tables and is kept right by a statement of its own.</param>
/// <param name="Time">When a row came, where rows may have come since the erasure began and must stay.</param>
internal sealed record UserTable(string Name, bool BelongsToSession, bool IsDerived = false, string? Time = null);

/// <summary>
/// Every table with a column <c>user_id</c>, so that what is told and removed of a user is all there is; a test compares the list with the
/// database.
/// </summary>
internal static class UserTables
{
    public const string Sessions = "sessions";
    public const string Keys = "idempotency_keys";

    public static readonly IReadOnlyList<UserTable> All =
    [
        new("session_messages", BelongsToSession: true),
        new("message_segments", BelongsToSession: true),
        new("session_memories", BelongsToSession: true),
        new("message_vectors", BelongsToSession: true),

        // The versions first, which would go with their memories uncounted.
        new("user_memory_versions", BelongsToSession: false, Time: "written_at"),
        new("user_memories", BelongsToSession: false, Time: "created_at"),
        new("usage", BelongsToSession: true, IsDerived: true),
        new("session_counts", BelongsToSession: false, IsDerived: true),
        new("search_segments", BelongsToSession: false, IsDerived: true),

        // Those of sessions go with them, whenever they came.
        new(Keys, BelongsToSession: false, Time: "created_at"),
        new("orphaned_rows", BelongsToSession: false),

        // Its rows count what all users did and name none.
        new("session_statistics", BelongsToSession: false),
    ];

    /// <summary>The tables, with that of the sessions, and no row of any yet.</summary>
    public static Dictionary<string, long> NoRows() =>
        All.Select(table => table.Name).Append(Sessions).ToDictionary(name => name, _ => 0L, StringComparer.Ordinal);
}
