using Microsoft.Extensions.DependencyInjection;
using SessionService.Application.Memories;

namespace SessionService.Infrastructure.Memories;

internal static class MemoryServices
{
    /// <summary>The memory of each session.</summary>
    public static IServiceCollection AddMemories(this IServiceCollection services)
    {
        services.AddScoped<IMemoryStore, MemoryStore>();
        return services;
    }
}
