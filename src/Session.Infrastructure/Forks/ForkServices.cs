using Microsoft.Extensions.DependencyInjection;
using SessionService.Application.Forks;

namespace SessionService.Infrastructure.Forks;

internal static class ForkServices
{
    /// <summary>Forks of sessions.</summary>
    public static IServiceCollection AddForks(this IServiceCollection services)
    {
        services.AddScoped<IForkStore, ForkStore>();
        return services;
    }
}
