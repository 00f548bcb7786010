using System.Data;
using Npgsql;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Writes;

/// <summary>The connection that a writer keeps, opened anew where it was lost.</summary>
internal sealed class WriterConnection(WriterDataSource dataSource) : IAsyncDisposable
{
    // A plan goes by the size that the tables had when it was made, and stays until they are analyzed, which may take minutes: one that was
    // made for empty tables would read whole indexes by then. They grow with what is written here, so plans are made anew after as
    // many statements as there were before: at the 8th, the 16th, the 32nd.
    private const long FirstRenewal = 8;

    private NpgsqlConnection? _connection;
    private DatabaseHost? _host;
    private int _openedAfter;
    private long _uses;
    private long _nextRenewal;

    public async ValueTask<NpgsqlConnection> OpenAsync(DatabaseHost host, CancellationToken cancellationToken)
    {
        if (_connection is { FullState: ConnectionState.Open } && _host == host && _openedAfter == dataSource.InterruptionsOf(host)
            && (++_uses < _nextRenewal || await TryRenewPlansAsync(_connection, cancellationToken)))
        {
            return _connection;
        }

        await DisposeAsync();
        _host = host;
        _openedAfter = dataSource.InterruptionsOf(host);
        (_uses, _nextRenewal) = (0, FirstRenewal);
        return _connection = await dataSource.OpenConnectionAsync(host, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (_connection is not null)
        {
            await _connection.DisposeAsync();
            _connection = null;
        }
    }

    /// <summary>False where the connection turns out to be lost.</summary>
    private async Task<bool> TryRenewPlansAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        try
        {
            await new Sql(connection).Statement("DISCARD PLANS").Unprepared().ExecuteAsync(cancellationToken);
            _nextRenewal *= 2;
            return true;
        }
        catch (NpgsqlException exception) when (DatabaseFaults.IsLostConnection(exception))
        {
            return false;
        }
    }
}
