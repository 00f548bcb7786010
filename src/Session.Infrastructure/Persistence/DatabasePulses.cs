using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace SessionService.Infrastructure.Persistence;

/// <summary>The pulses of the server that takes writes, and of the one for reads that may lag: often the same.</summary>
public sealed class DatabasePulses(IOptions<PulseOptions> options, TimeProvider time, ILogger<DatabasePulse> logger) : IDisposable
{
    public DatabasePulse Primary { get; } = new(ofPrimary: true, options.Value.Patience, time, logger);

    public DatabasePulse Standby { get; } = new(ofPrimary: false, options.Value.Patience, time, logger);

    public void Dispose()
    {
        Primary.Dispose();
        Standby.Dispose();
    }
}
