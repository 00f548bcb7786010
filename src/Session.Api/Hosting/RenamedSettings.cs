using SessionService.Hosting.Identity;
using SessionService.Hosting.Settings;

namespace SessionService.Api.Hosting;

/// <summary>The settings of the service that had another name or form before, one line per setting.</summary>
internal static class RenamedSettings
{
    public static readonly RenamedSetting[] All =
    [
        .. IdentityOptions.Renamed,
        new("Digest:MaxBatch", "Digest:BatchSize"),
        new("Digest:MaxBatchBytes", "Digest:BatchBytes"),
        new("Digest:WorkPercent", "Digest:Share", RenamedSetting.FromPercent),
        new("Limits:RequestSeconds", "Limits:RequestTimeout", RenamedSetting.FromSeconds),
        new("RateLimits:PeriodSeconds", "RateLimits:Period", RenamedSetting.FromSeconds),
    ];
}
