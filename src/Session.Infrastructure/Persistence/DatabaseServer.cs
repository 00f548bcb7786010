using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SessionService.Infrastructure.EmbeddedPostgres;

namespace SessionService.Infrastructure.Persistence;

/// <summary>The PostgreSQL that the service works on: the one that <c>ConnectionStrings:SessionDb</c> names, else one of its own.</summary>
public sealed class DatabaseServer(
    IConfiguration configuration,
    IOptions<EmbeddedPostgresOptions> options,
    IOptions<ShardingOptions> layout,
    ILogger<EmbeddedPostgresServer> logger) : IAsyncDisposable
{
    private readonly string? _given = configuration.GetConnectionString(DatabaseOptions.ConnectionStringName);

    private readonly EmbeddedPostgresServer _embedded = new(options.Value, logger);

    private readonly CancellationTokenSource _stopping = new();

    private Task? _start;
    private bool _isDisposed;

    public bool IsEmbedded => string.IsNullOrWhiteSpace(_given);

    /// <remarks>
    /// The container makes what needs the connection string while the embedded server still starts. The caller then waits for the end of
    /// the start. The reason of a start that fails reaches the caller.
    /// </remarks>
    /// <exception cref="EmbeddedPostgresException">The embedded server could not start.</exception>
    /// <exception cref="InvalidOperationException">The embedded server has not been started.</exception>
    public string ConnectionString => DatabaseOptions.Complete(
        IsEmbedded ? WaitForEmbedded() : _given!, layout.Value.Sharded);

    /// <summary>The hosts that answer the same requests, see <see cref="DatabaseHosts"/>; never none.</summary>
    public IReadOnlyList<string> EqualHosts => IsEmbedded || !layout.Value.Sharded ? [""] : DatabaseOptions.HostsOf(_given!);

    /// <summary>The connection string of one of several <see cref="EqualHosts"/>.</summary>
    public string ConnectionStringOf(string host) =>
        DatabaseOptions.Complete(DatabaseOptions.WithHost(_given!, host), layout.Value.Sharded);

    /// <summary>Starts the embedded server where it is the one to use. Called again, it waits for the same start.</summary>
    /// <exception cref="EmbeddedPostgresException">It cannot start; the message says what to do.</exception>
    public Task StartAsync(CancellationToken cancellationToken) =>
        _start ??= IsEmbedded ? StartEmbeddedAsync(_embedded.StartAsync, cancellationToken) : Task.CompletedTask;

    /// <summary>
    /// Uses the embedded server that the service already runs on the data directory, or else starts it. A server of the service goes on
    /// when this one is disposed of.
    /// </summary>
    /// <exception cref="EmbeddedPostgresException">It cannot start; the message says what to do.</exception>
    public Task StartOrJoinAsync(CancellationToken cancellationToken) =>
        _start ??= IsEmbedded ? StartEmbeddedAsync(_embedded.StartOrJoinAsync, cancellationToken) : Task.CompletedTask;

    /// <summary>Starts the embedded server again if it has died.</summary>
    /// <exception cref="EmbeddedPostgresException">It cannot start; the message says what to do.</exception>
    public Task RestartIfDeadAsync(CancellationToken cancellationToken) =>
        IsEmbedded ? _embedded.RestartIfDeadAsync(cancellationToken) : Task.CompletedTask;

    private string WaitForEmbedded()
    {
        _start?.GetAwaiter().GetResult();
        return _embedded.ConnectionString;
    }

    private async Task StartEmbeddedAsync(Func<CancellationToken, Task> start, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stopping.Token);
        await start(either.Token);
    }

    public async ValueTask DisposeAsync()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        // A start that is still under way must end before there is something to stop.
        if (_start is not null)
        {
            await _stopping.CancelAsync();
            await _start.ContinueWith(_ => { }, TaskScheduler.Default);
        }

        await _embedded.DisposeAsync();
        _stopping.Dispose();
    }
}
