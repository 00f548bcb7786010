using Microsoft.Extensions.DependencyInjection;
using SessionService.Application.Deltas;
using SessionService.Infrastructure.Persistence;
using SessionService.Infrastructure.Writes;

namespace SessionService.Infrastructure.Deltas;

internal static class DeltaServices
{
    /// <summary>Messages in progress.</summary>
    public static IServiceCollection AddDeltaStore(this IServiceCollection services)
    {
        services.AddSingleton<DeltaMetrics>();
        services.AddByLayout<IGroupStatement<NewDeltas, DeltasAdded>, DeltaStatement, ShardedDeltaStatement>();
        services.AddSingleton<MessageClosing>();
        services.AddSingleton<AbandonedMessages>();
        services.AddSingleton<IOpenMessageStore, OpenMessageStore>();
        services.AddHostedService<AbandonedMessagesJob>();
        return services;
    }
}
