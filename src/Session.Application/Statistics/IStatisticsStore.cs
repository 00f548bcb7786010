namespace SessionService.Application.Statistics;

/// <summary>The service's totals in the database.</summary>
public interface IStatisticsStore
{
    /// <summary>The totals in one snapshot, with every acknowledged write.</summary>
    Task<StatisticsResponse> ReadAsync(CancellationToken cancellationToken);
}
