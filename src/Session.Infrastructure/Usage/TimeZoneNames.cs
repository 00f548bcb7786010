using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Usage;

/// <summary>
/// The time zones that the database knows. It reads all of them from files, which takes a tenth of a second and more, and they stay the
/// same while it runs. Requests that come meanwhile wait for the first one: if each asked, together they would keep every connection busy
/// for seconds.
/// </summary>
internal sealed class TimeZoneNames : IDisposable
{
    // By hand: a view of PostgreSQL, which the EF model does not have. Beside the zones the files hold copies, the server's own zone, and
    // none.
    private const string Known =
        "SELECT name FROM pg_timezone_names WHERE name !~ '^(posix|right)/' AND name NOT IN ('localtime', 'posixrules', 'Factory')";

    private readonly SemaphoreSlim _asking = new(1);
    private volatile HashSet<string>? _names;

    public async ValueTask<bool> ContainsAsync(string name, ReadConnections connections, CancellationToken cancellationToken) =>
        (_names ?? await AskAsync(connections, cancellationToken)).Contains(name);

    public void Dispose() => _asking.Dispose();

    private async Task<HashSet<string>> AskAsync(ReadConnections connections, CancellationToken cancellationToken)
    {
        await _asking.WaitAsync(cancellationToken);
        try
        {
            return _names ??= await ReadAsync(connections, cancellationToken);
        }
        finally
        {
            _asking.Release();
        }
    }

    private static async Task<HashSet<string>> ReadAsync(ReadConnections connections, CancellationToken cancellationToken)
    {
        var names = await connections.Database.ReadAsync(
            sql => sql.Statement(Known).ListAsync(row => row.GetString(0), cancellationToken), cancellationToken);
        return names.ToHashSet(StringComparer.Ordinal);
    }
}
