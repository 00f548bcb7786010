using Microsoft.Extensions.DependencyInjection;
using SessionService.Application.Copies;

namespace SessionService.Infrastructure.Copies;

internal static class CopyServices
{
    /// <summary>Copies of sessions for other users.</summary>
    public static IServiceCollection AddCopies(this IServiceCollection services)
    {
        services.AddScoped<ICopyStore, CopyStore>();
        return services;
    }
}
