using Microsoft.Extensions.DependencyInjection;
using SessionService.Application.Keys;

namespace SessionService.Infrastructure.Keys;

internal static class KeyServices
{
    /// <summary>The keys of users and services.</summary>
    public static IServiceCollection AddKeys(this IServiceCollection services)
    {
        services.AddOptions<KeyOptions>().BindConfiguration(KeyOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<KnownKeys>();
        services.AddSingleton<KeyUses>();
        services.AddSingleton<KeyStore>();
        services.AddSingleton<IKeyStore>(provider => provider.GetRequiredService<KeyStore>());
        services.AddSingleton<IKeyCheck, KeyCheck>();
        services.AddHostedService<KeyUsesJob>();
        return services;
    }
}
