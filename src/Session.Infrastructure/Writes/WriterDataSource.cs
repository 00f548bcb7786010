using Npgsql;
using SessionService.Infrastructure.Startup;

namespace SessionService.Infrastructure.Writes;

/// <summary>
/// Opens the writers' connections, beside the pool: a writer keeps its own for as long as it lasts, and must neither wait for the
/// requests that read nor leave them fewer.
/// </summary>
internal sealed class WriterDataSource(DatabaseServer server) : IAsyncDisposable
{
    private readonly NpgsqlDataSource _dataSource =
        NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(server.ConnectionString) { Pooling = false });

    public ValueTask<NpgsqlConnection> OpenConnectionAsync(CancellationToken cancellationToken) => _dataSource.OpenConnectionAsync(cancellationToken);

    public ValueTask DisposeAsync() => _dataSource.DisposeAsync();
}
