using Microsoft.AspNetCore.Mvc;
using SessionService.Api.Consistency;
using SessionService.Api.Identity;
using SessionService.Api.OpenApi;
using SessionService.Application.Usage;

namespace SessionService.Api.Usage;

/// <summary>What messages used: their number, tokens and cost.</summary>
[ApiController]
[Tags("Usage")]
public sealed class UsageController(UsageService usage) : ControllerBase
{
    /// <summary>Gets what a user's messages used</summary>
    /// <remarks>
    /// Number, tokens and cost of the messages, by the hour, day or month in which they were created (`created_at`, also of history that
    /// was written afterwards), in a time zone: a day has 23 or 25 hours where clocks are changed. Exact at the moment of asking: over all
    /// time the sums are those of the sessions' totals. Buckets without messages are left out. An answer has at most 10000 rows.
    ///
    /// The path names the caller where nothing else does.
    /// </remarks>
    /// <response code="200">The buckets and their sums.</response>
    [HttpGet("api/v1/users/{user_id}/usage", Name = "get_user_usage")]
    [EventualReads]
    [ProducesResponseType<UsageResponse>(StatusCodes.Status200OK)]
    [ProducesProblem(StatusCodes.Status403Forbidden)]
    public Task<UsageResponse> GetOfUser(
        [FromPathUser] string userId, [FromQuery(Name = "")] GetUsageQuery query, CancellationToken cancellationToken) =>
        usage.GetAsync(userId, query, cancellationToken);

    /// <summary>Gets what everybody's messages used</summary>
    /// <remarks>
    /// As for one user, over all of them. Needs no caller, as the service's totals do not, and so tells of nobody: `group_by=session` is
    /// refused.
    /// </remarks>
    /// <response code="200">The buckets and their sums.</response>
    [HttpGet("api/v1/sessions/usage", Name = "get_usage")]
    [EventualReads]
    [ProducesResponseType<UsageResponse>(StatusCodes.Status200OK)]
    [ProducesProblem(StatusCodes.Status422UnprocessableEntity)]
    public Task<UsageResponse> Get([FromQuery(Name = "")] GetUsageQuery query, CancellationToken cancellationToken) =>
        usage.GetAsync(userId: null, query, cancellationToken);
}
