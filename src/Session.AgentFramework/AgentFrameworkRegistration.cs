using Microsoft.Agents.AI;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SessionService.AgentFramework;
using SessionService.Client;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers the providers of the Session Service, and gives them to agents.</summary>
public static class AgentFrameworkRegistration
{
    /// <summary>
    /// Registers <see cref="SessionChatHistoryProvider"/>, <see cref="SessionMemoryProvider"/> and <see cref="SessionMemoryReducer"/>, one
    /// each for all agents. They use the client that <c>AddSessionServiceClient</c> registers.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="history">How histories are kept.</param>
    /// <param name="memories">The memories to recall.</param>
    /// <returns>The services.</returns>
    public static IServiceCollection AddSessionServiceHistory(
        this IServiceCollection services,
        Action<SessionChatHistoryOptions>? history = null,
        Action<SessionMemoryOptions>? memories = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddOptions<SessionChatHistoryOptions>().Configure(options => history?.Invoke(options));
        services.AddOptions<SessionMemoryOptions>().Configure(options => memories?.Invoke(options));
        services.TryAddSingleton(provider => new SessionChatHistoryProvider(
            provider.GetRequiredService<SessionServiceClient>(),
            provider.GetRequiredService<IOptions<SessionChatHistoryOptions>>().Value,
            provider.GetService<TimeProvider>()));
        services.TryAddSingleton(provider => new SessionMemoryProvider(
            provider.GetRequiredService<SessionServiceClient>(),
            provider.GetRequiredService<IOptions<SessionMemoryOptions>>().Value,
            provider.GetService<ILoggerFactory>()));
        services.TryAddSingleton(provider => new SessionMemoryReducer(provider.GetRequiredService<SessionServiceClient>()));
        return services;
    }

    /// <summary>Gives an agent its history, and memories beside the context providers that it has.</summary>
    /// <param name="options">The options of the agent.</param>
    /// <param name="services">Where <see cref="AddSessionServiceHistory"/> has registered the providers.</param>
    /// <param name="memories">Whether the agent recalls memories. Default true.</param>
    /// <returns>The options.</returns>
    public static ChatClientAgentOptions UseSessionService(
        this ChatClientAgentOptions options, IServiceProvider services, bool memories = true)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.ChatHistoryProvider = services.GetRequiredService<SessionChatHistoryProvider>();
        if (memories)
        {
            options.AIContextProviders = [.. options.AIContextProviders ?? [], services.GetRequiredService<SessionMemoryProvider>()];
        }

        return options;
    }
}
