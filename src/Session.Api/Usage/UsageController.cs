using Microsoft.AspNetCore.Mvc;
using SessionService.Api.Consistency;
using SessionService.Api.Identity;
using SessionService.Api.OpenApi;
using SessionService.Application.Usage;

namespace SessionService.Api.Usage;

/// <summary>Usage: the number, tokens and cost of messages.</summary>
[ApiController]
[Tags("Usage")]
public sealed class UsageController(UsageService usage) : ControllerBase
{
    /// <summary>Gets what a user's messages used</summary>
    /// <remarks>
    /// Number, tokens and cost of the messages by the hour, day, week or month of their `created_at`, in a time zone. Buckets follow each
    /// other without gaps. A day has 23 or 25 hours where clocks are changed. The figures are exact at the time of the request: over all
    /// time they equal the totals of the sessions. Without `from` and `to` the answer has the last 30 buckets, the current one among them.
    /// Buckets without messages have zeros; with `group_by` they are left out. An answer has at most 10000 rows.
    ///
    /// The user in the path is the caller unless the request names one.
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
    /// The same figures over all users. This needs no caller, so it must reveal nothing about a user: `group_by=session` is refused.
    /// </remarks>
    /// <response code="200">The buckets and their sums.</response>
    [HttpGet("api/v1/sessions/usage", Name = "get_usage")]
    [EventualReads]
    [ProducesResponseType<UsageResponse>(StatusCodes.Status200OK)]
    [ProducesProblem(StatusCodes.Status422UnprocessableEntity)]
    public Task<UsageResponse> Get([FromQuery(Name = "")] GetUsageQuery query, CancellationToken cancellationToken) =>
        usage.GetAsync(userId: null, query, cancellationToken);
}
