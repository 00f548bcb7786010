using Microsoft.Extensions.DependencyInjection;
using SessionService.Application.Erasure;
using SessionService.Application.Messages;

namespace SessionService.Infrastructure.Erasure;

internal static class ErasureServices
{
    /// <summary>Redaction of messages, and erasure of a session or of a user.</summary>
    public static IServiceCollection AddErasure(this IServiceCollection services)
    {
        services.AddSingleton<IMessageRedaction, MessageRedaction>();
        services.AddSingleton<ISessionDataStore, SessionDataStore>();
        services.AddSingleton<IUserDataStore, UserDataStore>();
        return services;
    }
}
