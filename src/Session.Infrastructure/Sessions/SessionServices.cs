using Microsoft.Extensions.DependencyInjection;
using SessionService.Application.Sessions;
using SessionService.Infrastructure.Persistence;
using SessionService.Infrastructure.Writes;

namespace SessionService.Infrastructure.Sessions;

internal static class SessionServices
{
    /// <summary>Sessions, and the recount of sessions by status.</summary>
    public static IServiceCollection AddSessions(this IServiceCollection services)
    {
        services.AddByLayout<IGroupStatement<Creation, bool>, CreateStatement, ShardedCreateStatement>();
        services.AddByLayout<ISessionIds, UniqueSessionIds, RegisteredSessionIds>();
        services.AddScoped<ISessionStore, SessionStore>();
        services.AddScoped<ISessionReader, SessionReader>();
        services.AddSingleton<RecountJob>();
        services.AddHostedService(provider => provider.GetRequiredService<RecountJob>());
        return services;
    }
}
