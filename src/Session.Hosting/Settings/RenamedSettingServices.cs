using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace SessionService.Hosting.Settings;

/// <summary>Reads settings that are given under their old names, and warns of each at start.</summary>
public static class RenamedSettingServices
{
    /// <summary>Call this before anything reads the configuration: the options know the new names only.</summary>
    public static IHostApplicationBuilder AddRenamedSettings(
        this IHostApplicationBuilder builder, params IEnumerable<RenamedSetting> renamed)
    {
        var given = renamed.Where(setting => builder.Configuration[setting.Old] is not null).ToList();
        // Where both names are given, the new one wins.
        builder.Configuration.AddInMemoryCollection(given
            .Where(setting => builder.Configuration[setting.New] is null)
            .Select(setting => KeyValuePair.Create(setting.New, (string?)setting.Translate(builder.Configuration[setting.Old]!)))
            .ToList());
        if (given.Count > 0)
        {
            builder.Services.AddSingleton<IReadOnlyList<RenamedSetting>>(given);
            builder.Services.AddHostedService<RenamedSettingWarning>();
        }

        return builder;
    }
}
