using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace SessionService.Hosting.Settings;

/// <summary>Names at start each setting that is given under its old name.</summary>
internal sealed partial class RenamedSettingWarning(
    IReadOnlyList<RenamedSetting> given, ILogger<RenamedSettingWarning> logger)
    : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var setting in given)
        {
            LogRenamed(setting.Old, setting.New);
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(1, LogLevel.Warning, "The setting {Old} has another name now: {New}. The old name is still read.")]
    private partial void LogRenamed(string old, string @new);
}
