using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using SessionService.Hosting.Logging;

namespace SessionService.Hosting.Settings;

/// <summary>
/// Checks all settings and arguments before anything is made of them. The options would refuse them one section after the other, and the
/// configuration's binder at the first value that it cannot convert.
/// </summary>
public static class SettingsCheck
{
    private static readonly string[] LogLevels = Enum.GetNames<LogLevel>();
    private static readonly string[] LogFormats = ["simple", "json", "systemd"];
    private static readonly string[] Collectors =
        ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT"];

    /// <param name="builder">The host whose configuration is complete.</param>
    /// <param name="arguments">The arguments that are no command and no option of one.</param>
    /// <param name="sections">The sections that the program reads.</param>
    /// <param name="words">What else the program takes: its commands, and their options.</param>
    /// <param name="rules">Finds what is wrong with settings outside of the sections.</param>
    /// <exception cref="SettingsException">Something is wrong; the message names everything.</exception>
    public static void CheckSettings(
        this IHostApplicationBuilder builder,
        IReadOnlyList<string> arguments,
        IReadOnlyCollection<SettingsSection> sections,
        IReadOnlyCollection<string> words,
        Func<SettingValues, IEnumerable<string>>? rules = null)
    {
        var values = new SettingValues((IConfigurationRoot)builder.Configuration);
        string[] faults =
        [
            .. new ArgumentCheck(sections, words).FindFaults(arguments),
            .. sections.SelectMany(section => new SectionCheck(values, section).FindFaults()),
            .. FindFaults(values),
            .. rules?.Invoke(values) ?? [],
        ];
        if (faults.Length > 0)
        {
            throw new SettingsException(faults);
        }
    }

    private static IEnumerable<string> FindFaults(SettingValues values)
    {
        foreach (var (key, level) in values.Under("Logging").Where(setting => IsLogLevel(setting.Key)))
        {
            if (!LogLevels.Contains(level, StringComparer.OrdinalIgnoreCase))
            {
                yield return values.Fault(key, SettingWords.OneOf(LogLevels));
            }
        }

        const string Format = "Logging:Console:FormatterName";
        if (values[Format] is { Length: > 0 } format && !LogFormats.Contains(format, StringComparer.OrdinalIgnoreCase))
        {
            yield return values.Fault(Format, SettingWords.OneOf(LogFormats));
        }

        if (values[FrameworkLogs.Switch] is { Length: > 0 } isShown && !bool.TryParse(isShown, out _))
        {
            yield return values.Fault(FrameworkLogs.Switch, SettingWords.OneOf(["true", "false"]));
        }

        const string Urls = "urls";
        foreach (var url in values[Urls]?.Split(';', StringSplitOptions.RemoveEmptyEntries) ?? [])
        {
            if (!IsAddress(url))
            {
                yield return $"Invalid url: '{SettingValues.Shown(url)}'. --urls and ASPNETCORE_URLS must hold addresses such as "
                    + "http://localhost:8080, with semicolons between them.";
            }
        }

        foreach (var endpoint in Collectors.Where(name => values[name] is { Length: > 0 } address && !SettingWords.IsHttp(address)))
        {
            yield return $"{endpoint} must be an http or https address.";
        }
    }

    private static bool IsAddress(string url)
    {
        try
        {
            var address = BindingAddress.Parse(url);
            return address.Scheme is "http" or "https" && address.Port is >= 0 and <= IPEndPoint.MaxPort;
        }
        catch (FormatException)
        {
            return false;
        }
    }

    // Logging:LogLevel:Category, Logging:Console:LogLevel:Category.
    private static bool IsLogLevel(string key)
    {
        var parts = key.Split(':');
        return parts.Length > 2
            && (Is(parts[1]) || (parts.Length > 3 && Is(parts[2])));

        static bool Is(string part) => part.Equals("LogLevel", StringComparison.OrdinalIgnoreCase);
    }
}
