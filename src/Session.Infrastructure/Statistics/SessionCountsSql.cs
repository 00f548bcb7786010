namespace SessionService.Infrastructure.Statistics;

/// <summary>
/// The part of a writing statement that keeps the number of each user's sessions, so that a list need not count them. By hand because EF
/// has no <c>ON CONFLICT</c>.
/// </summary>
internal static class SessionCountsSql
{
    /// <summary>The row that a connection adds to: as with the statistics, writers of one user's sessions seldom meet on a row.</summary>
    private const string Slot = "(pg_backend_pid() % 8)::smallint";

    private const string OnConflict =
        "ON CONFLICT (user_id, slot, status, is_starred) DO UPDATE SET sessions = counts.sessions + excluded.sessions";

    /// <summary>Counts a session under another status or star than before: user, old status and star, new ones.</summary>
    public static readonly string Move =
        Add("SELECT {0} AS user_id, m.* FROM (VALUES ({1}, {2}, -1), ({3}, {4}, 1)) AS m (status, is_starred, sessions)");

    /// <summary>Adds to one number: user, status, star, sessions.</summary>
    public static readonly string AddOne =
        $"""
        INSERT INTO dev.session_counts AS counts (user_id, slot, status, is_starred, sessions)
        VALUES ($1, {Slot}, $2, $3, $4)
        {OnConflict}
        """;

    /// <summary>Adds to the numbers what a query gives as <c>user_id, status, is_starred, sessions</c>, in the order of the key.</summary>
    public static string Add(string query) =>
        $"""
        INSERT INTO dev.session_counts AS counts (user_id, slot, status, is_starred, sessions)
        SELECT user_id, {Slot}, status, is_starred, sessions
        FROM ({query}) AS added
        ORDER BY user_id, status, is_starred
        {OnConflict}
        """;
}
