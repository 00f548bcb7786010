using Microsoft.Extensions.DependencyInjection;
using SessionService.Application.Deltas;
using SessionService.Infrastructure.Writes;

namespace SessionService.Infrastructure.Deltas;

internal static class DeltaServices
{
    /// <summary>Messages in progress.</summary>
    public static IServiceCollection AddDeltaStore(this IServiceCollection services)
    {
        services.AddSingleton<DeltaMetrics>();
        services.AddSingleton<IGroupStatement<NewDeltas, DeltasAdded>, DeltaStatement>();
        services.AddSingleton<MessageClosing>();
        services.AddSingleton<AbandonedMessages>();
        services.AddSingleton<IOpenMessageStore, OpenMessageStore>();
        services.AddHostedService<AbandonedMessagesJob>();
        return services;
    }
}
