using Microsoft.Extensions.DependencyInjection;
using SessionService.Application.Contexts.Tokens;
using SessionService.Infrastructure.Digests;

namespace SessionService.Infrastructure.Contexts;

internal static class ContextServices
{
    /// <summary>The tokens of messages, which the digest counts.</summary>
    public static IServiceCollection AddMessageTokens(this IServiceCollection services)
    {
        services.AddSingleton<IDigestParticipant, TokenDigest>();
        services.AddScoped<IMessageTokens, MessageTokenStore>();
        return services;
    }
}
