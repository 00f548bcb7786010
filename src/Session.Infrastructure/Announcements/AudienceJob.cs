using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using SessionService.Application.Live;
using SessionService.Infrastructure.Jobs;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Announcements;

/// <summary>Finds out whether any instance listens, so that writes announce nothing where nobody does.</summary>
internal sealed class AudienceJob(
    SessionAnnouncer announcer,
    AnnouncementConnections connections,
    IOptions<LiveOptions> options,
    TimeProvider time,
    ILogger<AudienceJob> logger)
    : RecurringJob(time, logger)
{
    // Whoever listens shares the lock, and then nobody has it alone. The statement gives it back at its end.
    private const string NobodyListens = $"SELECT pg_try_advisory_xact_lock({AdvisoryLocks.Listeners})";

    private NpgsqlConnection? _connection;
    private DatabaseHost? _host;

    protected override string Name => "audience";

    protected override TimeSpan Interval => options.Value.LookUpEvery;

    protected override bool IsEnabled => options.Value.Notify;

    // The pulse logs that the database is away.
    protected override LogLevel FailureLevel => LogLevel.Debug;

    protected override async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        var host = _host ??= connections.Hosts.Current;
        using var watch = connections.Watch(host, cancellationToken);
        var ended = watch?.Token ?? cancellationToken;
        try
        {
            _connection ??= await connections.OpenAsync(host, ended);
            announcer.IsHeard = !await new Sql(_connection).Statement(NobodyListens).Unprepared().ValueAsync<bool>(ended);
            return true;
        }
        catch (OperationCanceledException exception) when (watch is { IsLost: true })
        {
            Close();
            throw new DatabaseLostException(exception);
        }
        catch
        {
            Close();
            throw;
        }
    }

    public override void Dispose()
    {
        Close();
        base.Dispose();
    }

    private void Close()
    {
        _connection?.Dispose();
        _connection = null;
        _host = null;
    }
}
