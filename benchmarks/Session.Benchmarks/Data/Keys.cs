namespace SessionService.Benchmarks.Data;

/// <summary>
/// Ids that the loader, the requests and pgbench make alike. pgbench computes with 64-bit integers, so an id is thirteen fixed
/// hexadecimal digits and nineteen decimal ones: 1, three or four digits of the kind, and a number within it.
/// </summary>
internal static class Keys
{
    public const int Users = 1_000;

    private const string Prefix = "0190000000007";
    private const long Origin = 1_000_000_000_000_000_000;
    private const long KindStep = 1_000_000_000_000_000;
    private const int FirstUser = 1_000_000;

    public static string User(int session) => $"{FirstUser + session % Users}";

    public static Guid Session(SessionKind kind, int session) => Guid.ParseExact($"{Prefix}{Origin + (int)kind * KindStep + session}", "N");

    /// <summary>The user of a session, as an integer expression that SQL and pgbench both understand.</summary>
    public static string UserExpression(string session) => $"({FirstUser} + {session} % {Users})";

    /// <summary>The number of an id, as an integer expression that SQL and pgbench both understand.</summary>
    public static string NumberExpression(string kind, string number) => $"({Origin} + {kind} * {KindStep} + {number})";

    public static string UuidSql(string number) => $"('{Prefix}' || ({number})::text)::uuid";
}
