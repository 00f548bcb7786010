using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using SessionService.Application.Messages;
using SessionService.Infrastructure.Persistence;
using SessionService.Infrastructure.Writes;

namespace SessionService.Infrastructure.Messages;

internal static class MessageServices
{
    /// <summary>Appends and reads of messages.</summary>
    public static IServiceCollection AddMessages(this IServiceCollection services)
    {
        services.AddByLayout<IGroupStatement<Append, Appended>, AppendStatement, ShardedAppendStatement>();
        services.AddByLayout<IAppendInTransaction, AppendStatement, ShardedAppendStatement>();
        services.AddSingleton<KnownPaths>();
        // With a reader of its own, which always asks the primary: the reader of a request may lag.
        services.AddSingleton(provider => new MessageReplays(
            provider.GetRequiredService<Database>(),
            new MessageReader(
                new ReadConnections(provider.GetRequiredService<HostPools>()),
                provider.GetRequiredService<KnownPaths>(),
                provider.GetRequiredService<IOptions<ShardingOptions>>())));
        services.AddSingleton<IMessageStore, MessageStore>();
        services.AddScoped<IMessageReader, MessageReader>();
        return services;
    }
}
