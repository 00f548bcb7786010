using System.ComponentModel.DataAnnotations;
using FluentValidation;
using Microsoft.Extensions.Options;
using SessionService.Application.Json;
using SessionService.Application.Limits;
using SessionService.Application.Validation;

namespace SessionService.Application.Memories;

/// <summary>The memory of a session, which replaces the one it has.</summary>
public sealed class WriteMemoryRequest
{
    public const int MaxTypeLength = 100;
    public const string DefaultType = "conversation";

    /// <summary>What kind of memory, a word of the client's own. Default <c>conversation</c>.</summary>
    /// <example>conversation</example>
    [StringLength(MaxTypeLength, MinimumLength = 1)]
    [RegularExpression(TextPatterns.NotBlank)]
    public string? MemoryType { get; init; }

    /// <summary>The memory; not blank, at most 1 MiB of UTF-8 by default.</summary>
    /// <example>User prefers concise technical explanations.</example>
    [Required]
    [MinLength(1)]
    [RegularExpression(TextPatterns.NotBlank)]
    public string? Content { get; init; }

    /// <summary>The client's own labels, any JSON object.</summary>
    /// <example>{"category": "preferences", "importance": "high"}</example>
    public JsonText? Metadata { get; init; }

    /// <summary>What the user prefers, any JSON object.</summary>
    /// <example>{"language": "en"}</example>
    public JsonText? UserPreferences { get; init; }

    /// <summary>What is still to be done, any JSON array.</summary>
    /// <example>["send the report"]</example>
    [JsonArrayText]
    public JsonText? OngoingTasks { get; init; }
}

internal sealed class WriteMemoryRequestValidator : AbstractValidator<WriteMemoryRequest>
{
    public WriteMemoryRequestValidator(IOptions<LimitOptions> limits)
    {
        RuleFor(r => r.MemoryType).NotBlank().Characters(WriteMemoryRequest.MaxTypeLength);
        RuleFor(r => r.Content).Required().NotBlank().Utf8Bytes(limits.Value.MaxContentBytes);
        RuleFor(r => r.Metadata).JsonObject(limits.Value.MaxJsonBytes);
        RuleFor(r => r.UserPreferences).JsonObject(limits.Value.MaxJsonBytes);
        RuleFor(r => r.OngoingTasks).JsonArray(limits.Value.MaxJsonBytes);
    }
}
