namespace SessionService.Application.Statistics;

/// <summary>The service's totals in the database.</summary>
public interface IStatisticsStore
{
    /// <summary>The totals as of one instant; every acknowledged write is in them.</summary>
    Task<StatisticsResponse> ReadAsync(CancellationToken cancellationToken);
}
