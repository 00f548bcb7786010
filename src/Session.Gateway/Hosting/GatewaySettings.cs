using SessionService.Gateway.Proxy;
using SessionService.Hosting.CrossOrigin;
using SessionService.Hosting.Forwarding;
using SessionService.Hosting.Identity;
using SessionService.Hosting.Settings;
using Yarp.ReverseProxy.Configuration;

namespace SessionService.Gateway.Hosting;

/// <summary>All settings of the gateway, one line per section.</summary>
internal static class GatewaySettings
{
    private const string Routes = "ReverseProxy:Routes";
    private const string Clusters = "ReverseProxy:Clusters";

    private static readonly string[] Words = ["health", "--help"];

    private static readonly IReadOnlyList<SettingsSection> Sections =
    [
        IdentityOptions.Settings,
        SettingsSection.Of<TrustedProxyOptions>(TrustedProxyOptions.Section),
        SettingsSection.Of<CrossOriginOptions>(CrossOriginOptions.Section),
        new(Routes, typeof(Dictionary<string, RouteConfig>)),
        new(Clusters, typeof(Dictionary<string, ClusterConfig>)),
    ];

    /// <summary>Reads the settings that had another name before, and refuses wrong settings and arguments.</summary>
    /// <param name="builder">The host.</param>
    /// <param name="arguments">The arguments.</param>
    /// <exception cref="SettingsException">Something is wrong; the message names everything.</exception>
    public static void AddGatewaySettings(this IHostApplicationBuilder builder, string[] arguments)
    {
        builder.AddRenamedSettings(IdentityOptions.Renamed);
        var renamed = IdentityOptions.Renamed.Select(setting => new SettingsSection(setting.Old, typeof(string)));
        builder.CheckSettings(arguments, [.. Sections, .. renamed], Words, FindFaults);
    }

    private static IEnumerable<string> FindFaults(SettingValues values) => [.. FindAddressFaults(values), .. FindTimeoutFaults(values)];

    // The proxy takes any text, and would answer every request with 502.
    private static IEnumerable<string> FindAddressFaults(SettingValues values) =>
        from setting in values.Under(Clusters)
        where setting.Key.EndsWith(":" + nameof(DestinationConfig.Address), StringComparison.OrdinalIgnoreCase)
            && setting.Key.Contains($":{nameof(ClusterConfig.Destinations)}:", StringComparison.OrdinalIgnoreCase)
            && !SettingWords.IsHttp(setting.Value)
        select $"{values.NameOf(setting.Key)} must be an http or https address, such as http://localhost:8205.";

    // Metadata is any text to the proxy.
    private static IEnumerable<string> FindTimeoutFaults(SettingValues values) =>
        from setting in values.Under(Routes)
        where setting.Key.EndsWith($":{nameof(RouteConfig.Metadata)}:{RouteActivityTimeout.Key}", StringComparison.OrdinalIgnoreCase)
            && !RouteActivityTimeout.TryRead(setting.Value, out _)
        select $"{values.NameOf(setting.Key)} must be a time span of up to 20 days, such as 1.00:00:00.";
}
