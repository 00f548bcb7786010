using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.CommandLine;
using Microsoft.Extensions.Configuration.EnvironmentVariables;

namespace SessionService.Hosting.Settings;

/// <summary>The settings that were given, and how the operator writes their names.</summary>
public sealed class SettingValues(IConfigurationRoot configuration)
{
    private const int LongestShown = 60;

    public string? this[string key] => configuration[key];

    internal IConfigurationSection Section(string key) => configuration.GetSection(key);

    /// <summary>The settings under a key that have a value, with their whole keys.</summary>
    public IEnumerable<(string Key, string Value)> Under(string key) =>
        configuration.GetSection(key).AsEnumerable()
            .Where(setting => setting.Value is not null)
            .Select(setting => (setting.Key, setting.Value!));

    /// <summary>
    /// The name as it was written: <c>Section__Name</c> in the environment, <c>Section:Name</c> in a file and on the command line. A
    /// setting that is missing is named as its section's others are.
    /// </summary>
    public string NameOf(string key)
    {
        var section = key.Split(':')[0];
        var source = configuration.Providers.LastOrDefault(provider => provider.TryGet(key, out _));
        var isInEnvironment = source is EnvironmentVariablesConfigurationProvider
            || (source is null
                && !configuration.Providers.OfType<CommandLineConfigurationProvider>().Any(line => line.GetChildKeys([], section).Any()));
        return isInEnvironment ? key.Replace(":", "__", StringComparison.Ordinal) : key;
    }

    /// <summary>A sentence about a wrong value, which it shows.</summary>
    /// <param name="key">The setting.</param>
    /// <param name="allowed">What is allowed: "must be …".</param>
    public string Fault(string key, string allowed) => $"{NameOf(key)} {allowed}, but is '{Shown(configuration[key]!)}'.";

    internal static string Shown(string value)
    {
        var line = string.Concat(value.Take(LongestShown).Select(character => char.IsControl(character) ? ' ' : character));
        return value.Length > LongestShown ? line + '…' : line;
    }
}
