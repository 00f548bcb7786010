using Microsoft.Extensions.DependencyInjection;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Idempotency;

internal static class IdempotencyServices
{
    /// <summary>The idempotency keys that clients send, and the removal of expired ones.</summary>
    public static IServiceCollection AddIdempotency(this IServiceCollection services)
    {
        services.AddOptions<IdempotencyOptions>().BindConfiguration(IdempotencyOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<IdempotencyRecords>();
        services.AddByLayout<IOldKeys, OldKeys, OldKeysByUser>();
        services.AddHostedService<ExpiredKeysJob>();
        return services;
    }
}
