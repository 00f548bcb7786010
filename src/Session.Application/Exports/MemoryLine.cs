using FluentValidation;
using Microsoft.Extensions.Options;
using SessionService.Application.Json;
using SessionService.Application.Limits;
using SessionService.Application.Memories;
using SessionService.Application.Validation;

namespace SessionService.Application.Exports;

/// <summary>The memory of a session in an export or import.</summary>
public sealed record MemoryLine
{
    public string Type { get; init; } = ExportForm.Memory;

    public Guid? MemoryId { get; init; }

    public Guid? SessionId { get; init; }

    /// <summary>For readers of the file. An import ignores it.</summary>
    public string? UserId { get; init; }

    public string? MemoryType { get; init; }

    public string? Content { get; init; }

    public JsonText? Metadata { get; init; }

    public JsonText? UserPreferences { get; init; }

    public JsonText? OngoingTasks { get; init; }

    public long? TotalMessages { get; init; }

    public DateTimeOffset? LastSummaryAt { get; init; }

    public DateTimeOffset? CreatedAt { get; init; }

    public DateTimeOffset? UpdatedAt { get; init; }
}

internal sealed class MemoryLineValidator : AbstractValidator<MemoryLine>
{
    public MemoryLineValidator(IOptions<LimitOptions> limits, TimeProvider time)
    {
        RuleFor(l => l.SessionId).Required();
        RuleFor(l => l.MemoryType).NotBlank().Characters(WriteMemoryRequest.MaxTypeLength);
        RuleFor(l => l.Content).Required().NotBlank().Utf8Bytes(limits.Value.MaxContentBytes);
        RuleFor(l => l.Metadata).JsonObject(limits.Value.MaxJsonBytes);
        RuleFor(l => l.UserPreferences).JsonObject(limits.Value.MaxJsonBytes);
        RuleFor(l => l.OngoingTasks).JsonArray(limits.Value.MaxJsonBytes);
        RuleFor(l => l.TotalMessages).GreaterThanOrEqualTo(0).WithMessage("must be 0 or more");
        RuleFor(l => l.LastSummaryAt).InRange().NotInFuture(time);
        RuleFor(l => l.CreatedAt).InRange().NotInFuture(time);
        RuleFor(l => l.UpdatedAt).InRange().NotInFuture(time);
    }
}
