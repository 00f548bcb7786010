using System.Reflection;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using SessionService.Api.Problems;
using SessionService.Api.Validation;
using SessionService.Application.Time;

namespace SessionService.Api.Health;

/// <summary>Health, for load balancers, orchestrators and people.</summary>
[ApiController]
[AllowAnonymous]
[AnyQueryParameters]
[DisableRateLimiting]
[Tags("Health")]
public sealed class HealthController(HealthCheckService checks, TimeProvider time) : ControllerBase
{
    private static readonly string Version = typeof(HealthController).Assembly
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

    /// <summary>Gets the health, for load balancers</summary>
    /// <remarks>Healthy when the database answers and the service is not stopping.</remarks>
    /// <response code="200">Healthy.</response>
    /// <response code="503">The database does not answer, or the service is stopping.</response>
    [HttpGet("health", Name = "get_health")]
    [HttpGet("api/v1/sessions/health", Name = "get_sessions_health")]
    [ProducesResponseType<HealthResponse>(StatusCodes.Status200OK)]
    [ProducesResponseType<HealthResponse>(StatusCodes.Status503ServiceUnavailable)]
    public async Task<IActionResult> Get(CancellationToken cancellationToken) =>
        Answer(
            await checks.CheckHealthAsync(check => check.Name is HealthServices.Database or HealthServices.Departure, cancellationToken));

    /// <summary>Tells whether the process is alive</summary>
    /// <remarks>Does not check the database: restarting the service would not help a database that is down.</remarks>
    /// <response code="200">Alive.</response>
    [HttpGet("health/live", Name = "get_liveness")]
    [ProducesResponseType<HealthResponse>(StatusCodes.Status200OK)]
    public async Task<IActionResult> GetLiveness(CancellationToken cancellationToken) =>
        Answer(await checks.CheckHealthAsync(_ => false, cancellationToken));

    /// <summary>Tells whether the service can take requests</summary>
    /// <remarks>
    /// The database answers and takes writes, its schema is the one that the service expects, and the service is not stopping.
    /// </remarks>
    /// <response code="200">Ready.</response>
    /// <response code="503">Not ready; the checks say why.</response>
    [HttpGet("health/ready", Name = "get_readiness")]
    [ProducesResponseType<DetailedHealthResponse>(StatusCodes.Status200OK)]
    [ProducesResponseType<DetailedHealthResponse>(StatusCodes.Status503ServiceUnavailable)]
    public async Task<IActionResult> GetReadiness(CancellationToken cancellationToken) =>
        AnswerInDetail(await checks.CheckHealthAsync(cancellationToken));

    /// <summary>Gets the health, check by check</summary>
    /// <remarks>For people: what each check found and how long it took.</remarks>
    /// <response code="200">Healthy.</response>
    /// <response code="503">Unhealthy; the checks say why.</response>
    [HttpGet("health/detailed", Name = "get_detailed_health")]
    [HttpGet("api/v1/sessions/health/detailed", Name = "get_detailed_sessions_health")]
    [ProducesResponseType<DetailedHealthResponse>(StatusCodes.Status200OK)]
    [ProducesResponseType<DetailedHealthResponse>(StatusCodes.Status503ServiceUnavailable)]
    public async Task<IActionResult> GetDetailed(CancellationToken cancellationToken) =>
        AnswerInDetail(await checks.CheckHealthAsync(cancellationToken));

    private ObjectResult Answer(HealthReport report) => Answer(report, new HealthResponse
    {
        Status = NameOf(report),
        Service = HealthServices.ServiceName,
        Port = HttpContext.Connection.LocalPort,
        Version = Version,
        Timestamp = time.GetDatabaseNow(),
    });

    private ObjectResult AnswerInDetail(HealthReport report) => Answer(report, new DetailedHealthResponse
    {
        Status = NameOf(report),
        Service = HealthServices.ServiceName,
        Port = HttpContext.Connection.LocalPort,
        Version = Version,
        Timestamp = time.GetDatabaseNow(),
        DatabaseConnected = report.Entries[HealthServices.Database].Status == HealthStatus.Healthy,
        Checks = report.Entries.ToDictionary(
            entry => entry.Key,
            entry => new HealthCheckEntry
            {
                Status = entry.Value.Status.ToString().ToLowerInvariant(),
                Description = entry.Value.Description ?? "",
                Findings = entry.Value.Data.Values.OfType<IReadOnlyList<string>>().SelectMany(lines => lines).ToList(),
                DurationMs = entry.Value.Duration.TotalMilliseconds,
            },
            StringComparer.Ordinal),
    });

    private ObjectResult Answer(HealthReport report, HealthResponse answer)
    {
        if (report.Status != HealthStatus.Unhealthy)
        {
            return Ok(answer);
        }

        Response.Headers.RetryAfter = ProblemExceptionHandler.RetryAfterSeconds.ToString();
        return StatusCode(StatusCodes.Status503ServiceUnavailable, answer);
    }

    private static string NameOf(HealthReport report) => report.Status == HealthStatus.Unhealthy ? "unhealthy" : "healthy";
}
