using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;

namespace SessionService.Hosting.Problems;

/// <summary>What went wrong (RFC 9457).</summary>
public sealed class Problem
{
    public const string ContentType = "application/problem+json";

    /// <summary>A URN that names the kind of problem.</summary>
    /// <example>urn:session-service:problem:session_not_found</example>
    [Required]
    public required string Type { get; init; }

    /// <summary>The kind of problem in words.</summary>
    /// <example>Not Found</example>
    [Required]
    public required string Title { get; init; }

    /// <summary>The HTTP status.</summary>
    /// <example>404</example>
    [Required]
    public required int Status { get; init; }

    /// <summary>What went wrong this time, for people.</summary>
    /// <example>There is no such session.</example>
    [Required]
    public required string Detail { get; init; }

    /// <summary>The path of the request.</summary>
    /// <example>/api/v1/sessions/a87a9d6e-4137-4d41-8ab8-a13c4abcc83e</example>
    [Required]
    public required string Instance { get; init; }

    /// <summary>What went wrong, for programs; stable.</summary>
    /// <example>session_not_found</example>
    [Required]
    public required string Code { get; init; }

    /// <summary>Finds the request in logs and traces.</summary>
    /// <example>0af7651916cd43dd8448eb211c80319c</example>
    [Required]
    public required string TraceId { get; init; }

    /// <summary>With <c>validation_failed</c>: every reason, by the field's name in the JSON or the query.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IDictionary<string, string[]>? Errors { get; init; }

    /// <summary>Where a delta was refused: the index of the delta that the message takes next.</summary>
    /// <example>null</example>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? NextIndex { get; set; }
}
