using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;

namespace SessionService.Api.Health;

/// <summary>Whether the service can do its work.</summary>
public class HealthResponse
{
    /// <summary><c>healthy</c> or <c>unhealthy</c>.</summary>
    /// <example>healthy</example>
    [Required]
    [AllowedValues("healthy", "unhealthy")]
    [JsonPropertyOrder(-5)]
    public required string Status { get; init; }

    /// <summary>Always <c>session_service</c>.</summary>
    /// <example>session_service</example>
    [Required]
    [JsonPropertyOrder(-4)]
    public required string Service { get; init; }

    /// <summary>The port at which the service took the request.</summary>
    /// <example>8205</example>
    [Required]
    [JsonPropertyOrder(-3)]
    public required int Port { get; init; }

    /// <summary>The version of the service.</summary>
    /// <example>1.0.0</example>
    [Required]
    [JsonPropertyOrder(-2)]
    public required string Version { get; init; }

    /// <summary>When the checks were made.</summary>
    /// <example>2025-09-23T14:54:08.106314Z</example>
    [Required]
    [JsonPropertyOrder(-1)]
    public required DateTimeOffset Timestamp { get; init; }
}

/// <summary>Whether the service can do its work, check by check.</summary>
public sealed class DetailedHealthResponse : HealthResponse
{
    /// <summary>Whether the database answered.</summary>
    /// <example>true</example>
    [Required]
    public required bool DatabaseConnected { get; init; }

    /// <summary>One entry for each check.</summary>
    [Required]
    public required IReadOnlyDictionary<string, HealthCheckEntry> Checks { get; init; }
}

/// <summary>What one check found.</summary>
public sealed class HealthCheckEntry
{
    /// <summary><c>healthy</c>, <c>degraded</c> or <c>unhealthy</c>.</summary>
    /// <example>healthy</example>
    [Required]
    [AllowedValues("healthy", "degraded", "unhealthy")]
    public required string Status { get; init; }

    /// <summary>What was found, for people; empty where there is nothing to say.</summary>
    /// <example></example>
    [Required(AllowEmptyStrings = true)]
    public required string Description { get; init; }

    /// <summary>Findings, a line each: the differences between the schema expected and the one found.</summary>
    [Required]
    public required IReadOnlyList<string> Findings { get; init; }

    /// <summary>How long the check took, milliseconds.</summary>
    /// <example>1.4</example>
    [Required]
    public required double DurationMs { get; init; }
}
