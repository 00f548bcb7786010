using System.Data;
using Npgsql;

namespace SessionService.Infrastructure.Writes;

/// <summary>The connection that a writer keeps, opened anew where it was lost.</summary>
internal sealed class WriterConnection(WriterDataSource dataSource) : IAsyncDisposable
{
    private NpgsqlConnection? _connection;
    private int _openedAfter;

    public async ValueTask<NpgsqlConnection> OpenAsync(CancellationToken cancellationToken)
    {
        if (_connection is { FullState: ConnectionState.Open } && _openedAfter == dataSource.Interruptions)
        {
            return _connection;
        }

        await DisposeAsync();
        _openedAfter = dataSource.Interruptions;
        return _connection = await dataSource.OpenConnectionAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (_connection is not null)
        {
            await _connection.DisposeAsync();
            _connection = null;
        }
    }
}
