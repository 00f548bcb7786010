using Microsoft.Extensions.Logging;
using SessionService.Infrastructure.EmbeddedPostgres;
using SessionService.Infrastructure.Jobs;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Startup;

/// <summary>Starts the embedded server again when it dies under the running service: nobody else would.</summary>
internal sealed class EmbeddedPostgresJob(DatabaseServer server, TimeProvider time, ILogger<EmbeddedPostgresJob> logger)
    : RecurringJob(time, logger)
{
    protected override string Name => "embedded PostgreSQL";

    protected override TimeSpan Interval => TimeSpan.FromMilliseconds(500);

    protected override bool IsEnabled => server.IsEmbedded;

    protected override bool RunsAtStart => false;

    protected override LogLevel FailureLevel => LogLevel.Error;

    protected override async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        await server.RestartIfDeadAsync(cancellationToken);
        return true;
    }

    protected override bool IsPassing(Exception exception) => exception is EmbeddedPostgresException or IOException;

    protected override string ReasonOf(Exception exception) => exception.Message;
}
