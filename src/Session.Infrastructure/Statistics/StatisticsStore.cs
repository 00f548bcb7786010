using Microsoft.EntityFrameworkCore;
using SessionService.Application.Statistics;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Statistics;

/// <summary>Sums the counters of <c>dev.session_statistics</c>.</summary>
internal sealed class StatisticsStore(SessionDbContext context) : IStatisticsStore
{
    private static readonly Func<SessionDbContext, CancellationToken, Task<StatisticsResponse?>> Sum =
        EF.CompileAsyncQuery((SessionDbContext context, CancellationToken _) => context.StatisticsCounters
            .GroupBy(_ => 1)
            .Select(all => new StatisticsResponse
            {
                TotalSessions = all.Sum(counter => counter.TotalSessions),
                ActiveSessions = all.Sum(counter => counter.ActiveSessions),
                TotalMessages = all.Sum(counter => counter.TotalMessages),
                TotalTokens = all.Sum(counter => counter.TotalTokens),
                TotalCost = all.Sum(counter => counter.TotalCost),
            })
            .SingleOrDefault());

    public async Task<StatisticsResponse> ReadAsync(CancellationToken cancellationToken) =>
        await Sum(context, cancellationToken)
        ?? new StatisticsResponse { TotalSessions = 0, ActiveSessions = 0, TotalMessages = 0, TotalTokens = 0, TotalCost = 0 };
}
