using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace SessionService.Infrastructure.Persistence;

internal static class LayoutServices
{
    /// <summary>Registers one implementation for a database on one server, and another for a sharded one.</summary>
    public static IServiceCollection AddByLayout<TService, TOnOneServer, TSharded>(this IServiceCollection services)
        where TService : class
        where TOnOneServer : TService
        where TSharded : TService =>
        services.AddSingleton<TService>(provider => provider.GetRequiredService<IOptions<ShardingOptions>>().Value.Sharded
            ? ActivatorUtilities.CreateInstance<TSharded>(provider)
            : ActivatorUtilities.CreateInstance<TOnOneServer>(provider));
}
