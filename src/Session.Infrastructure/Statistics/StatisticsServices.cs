using Microsoft.Extensions.DependencyInjection;
using SessionService.Application.Statistics;

namespace SessionService.Infrastructure.Statistics;

internal static class StatisticsServices
{
    /// <summary>The totals of the whole service.</summary>
    public static IServiceCollection AddStatistics(this IServiceCollection services)
    {
        services.AddSingleton<TotalsOwner>();
        services.AddScoped<IStatisticsStore, StatisticsStore>();
        return services;
    }
}
