using Microsoft.AspNetCore.Mvc;
using SessionService.Api.Consistency;
using SessionService.Application.Statistics;

namespace SessionService.Api.Statistics;

/// <summary>Totals of the whole service.</summary>
[ApiController]
[Tags("Statistics")]
public sealed class StatisticsController(IStatisticsStore statistics) : ControllerBase
{
    /// <summary>Gets the service's totals</summary>
    /// <remarks>
    /// The totals of all users, exact at the time of the request: a message that was acknowledged before is counted. No caller is needed.
    /// </remarks>
    /// <response code="200">The totals.</response>
    [HttpGet("api/v1/sessions/stats", Name = "get_statistics")]
    [EventualReads]
    [ProducesResponseType<StatisticsResponse>(StatusCodes.Status200OK)]
    public Task<StatisticsResponse> Get(CancellationToken cancellationToken) => statistics.ReadAsync(cancellationToken);
}
