using SessionService.Api.Commands;
using SessionService.Api.Compression;
using SessionService.Api.Health;
using SessionService.Api.Limits;
using SessionService.Api.Telemetry;
using SessionService.Api.Turns;
using SessionService.Api.Validation;
using SessionService.Application.Attachments;
using SessionService.Application.Contexts;
using SessionService.Application.Deltas;
using SessionService.Application.Keys;
using SessionService.Application.Limits;
using SessionService.Application.Live;
using SessionService.Application.Webhooks;
using SessionService.Hosting.CrossOrigin;
using SessionService.Hosting.Forwarding;
using SessionService.Hosting.Identity;
using SessionService.Hosting.Settings;
using SessionService.Infrastructure.Archival;
using SessionService.Infrastructure.Digests;
using SessionService.Infrastructure.EmbeddedPostgres;
using SessionService.Infrastructure.Embeddings;
using SessionService.Infrastructure.Idempotency;
using SessionService.Infrastructure.MemorySearch;
using SessionService.Infrastructure.Messages.Packed;
using SessionService.Infrastructure.Persistence;
using SessionService.Infrastructure.Search;
using SessionService.Infrastructure.Webhooks;
using SessionService.Infrastructure.Writes;

namespace SessionService.Api.Hosting;

/// <summary>All settings of the service, one line per section.</summary>
internal static class ServiceSettings
{
    private const string ConnectionStrings = "ConnectionStrings";

    public static readonly IReadOnlyList<SettingsSection> Sections =
    [
        new(ConnectionStrings, typeof(Dictionary<string, string>)),
        SettingsSection.Of<ShardingOptions>(ShardingOptions.Section),
        SettingsSection.Of<EmbeddedPostgresOptions>(EmbeddedPostgresOptions.Section),
        SettingsSection.Of<PulseOptions>(PulseOptions.Section),
        SettingsSection.Of<WriteOptions>(WriteOptions.Section),
        SettingsSection.Of<IdempotencyOptions>(IdempotencyOptions.Section),
        SettingsSection.Of<PackingOptions>(PackingOptions.Section),
        SettingsSection.Of<EmbeddingOptions>(EmbeddingOptions.Section),
        SettingsSection.Of<DigestOptions>(DigestOptions.Section),
        SettingsSection.Of<SearchOptions>(SearchOptions.Section),
        SettingsSection.Of<MemorySearchOptions>(MemorySearchOptions.Section),
        SettingsSection.Of<ArchivalOptions>(ArchivalOptions.Section),
        SettingsSection.Of<AttachmentOptions>(AttachmentOptions.Section),
        SettingsSection.Of<DeltaOptions>(DeltaOptions.Section),
        SettingsSection.Of<ContextOptions>(ContextOptions.Section),
        IdentityOptions.Settings,
        SettingsSection.Of<KeyOptions>(KeyOptions.Section),
        SettingsSection.Of<RequestOptions>(RequestOptions.Section),
        SettingsSection.Of<LimitOptions>(LimitOptions.Section),
        SettingsSection.Of<RateLimitOptions>(RateLimitOptions.Section),
        SettingsSection.Of<TrustedProxyOptions>(TrustedProxyOptions.Section),
        SettingsSection.Of<TurnOptions>(TurnOptions.Section),
        SettingsSection.Of<LiveOptions>(LiveOptions.Section),
        SettingsSection.Of<WebhookOptions>(WebhookOptions.Section),
        SettingsSection.Of<EventOptions>(EventOptions.Section),
        SettingsSection.Of<CrossOriginOptions>(CrossOriginOptions.Section),
        SettingsSection.Of<CompressionOptions>(CompressionOptions.Section),
        SettingsSection.Of<ShutdownOptions>(ShutdownOptions.Section),
        SettingsSection.Of<TelemetryOptions>(TelemetryOptions.Section),
        new("AutoMapper", typeof(AutoMapperSettings)),
    ];

    /// <summary>Reads the settings that had another name before, and refuses wrong settings and arguments.</summary>
    /// <param name="builder">The host of the service, or of a command.</param>
    /// <param name="arguments">The arguments that are no command and no option of one.</param>
    /// <exception cref="SettingsException">Something is wrong; the message names everything.</exception>
    public static void AddServiceSettings(this IHostApplicationBuilder builder, IReadOnlyList<string> arguments)
    {
        builder.AddRenamedSettings(RenamedSettings.All);
        // A setting under its old name is as known as one under its new name.
        var renamed = RenamedSettings.All.Select(setting => new SettingsSection(setting.Old, typeof(string)));
        builder.CheckSettings(arguments, [.. Sections, .. renamed], ServiceCommands.Words, FindConnectionFaults);
    }

    private static IEnumerable<string> FindConnectionFaults(SettingValues values)
    {
        if (values[$"{ConnectionStrings}:{DatabaseOptions.ConnectionStringName}"] is { Length: > 0 } given
            && !DatabaseOptions.IsReadable(given))
        {
            yield return DatabaseOptions.Unreadable;
        }
    }

    private sealed record AutoMapperSettings(string? LicenseKey);
}
