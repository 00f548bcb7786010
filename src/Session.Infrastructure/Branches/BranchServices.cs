using Microsoft.Extensions.DependencyInjection;
using SessionService.Application.Branches;

namespace SessionService.Infrastructure.Branches;

internal static class BranchServices
{
    /// <summary>The branches of sessions.</summary>
    public static IServiceCollection AddBranches(this IServiceCollection services)
    {
        services.AddScoped<IBranchStore, BranchStore>();
        return services;
    }
}
