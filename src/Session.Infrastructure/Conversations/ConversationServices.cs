using Microsoft.Extensions.DependencyInjection;
using SessionService.Application.Conversations;

namespace SessionService.Infrastructure.Conversations;

internal static class ConversationServices
{
    /// <summary>What OpenAI's conversations have beside sessions and messages.</summary>
    public static IServiceCollection AddConversations(this IServiceCollection services)
    {
        services.AddScoped<IItemIds, ItemIdStore>();
        return services;
    }
}
