using Npgsql;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Usage;

/// <summary>
/// The time zones that the database knows. It reads them all from files, which takes it a tenth of a second and more, and they stay the same
/// while it runs. One request asks for all that come meanwhile: if each did, together they would keep every connection busy for seconds.
/// </summary>
internal sealed class TimeZoneNames : IDisposable
{
    // Beside the zones the files hold copies of them, the server's own and what stands for none.
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
        await using var connection = await connections.OpenConnectionAsync(cancellationToken);
        await using var command = new NpgsqlCommand(Known, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var names = new HashSet<string>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellationToken))
        {
            names.Add(reader.GetString(0));
        }

        return names;
    }
}
