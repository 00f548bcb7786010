using Microsoft.Extensions.DependencyInjection;
using SessionService.Application.UserMemories;

namespace SessionService.Infrastructure.UserMemories;

internal static class UserMemoryServices
{
    /// <summary>The memories of users, with their versions.</summary>
    public static IServiceCollection AddUserMemories(this IServiceCollection services)
    {
        services.AddSingleton<UserMemoryCreation>();
        services.AddScoped<UserMemoryChanges>();
        services.AddScoped<IUserMemoryStore, UserMemoryStore>();
        return services;
    }
}
