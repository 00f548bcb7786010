using System.Text.Json.Serialization;
using FluentValidation;
using Microsoft.Extensions.Options;
using SessionService.Application.Branches;
using SessionService.Application.Json;
using SessionService.Application.Limits;
using SessionService.Application.Sessions;
using SessionService.Application.Validation;
using SessionService.Domain.Sessions;

namespace SessionService.Application.Exports;

/// <summary>A session in an export or import.</summary>
public sealed record SessionLine
{
    public string Type { get; init; } = ExportForm.Session;

    public Guid? SessionId { get; init; }

    /// <summary>For readers of the file. An import ignores it.</summary>
    public string? UserId { get; init; }

    public string? Status { get; init; }

    public JsonText? ConversationData { get; init; }

    public JsonText? Metadata { get; init; }

    public string? SessionSummary { get; init; }

    public string? Title { get; init; }

    public DateTimeOffset? StarredAt { get; init; }

    /// <summary>The totals are for readers of the file. An import computes them from the messages.</summary>
    public long? MessageCount { get; init; }

    public long? TotalTokens { get; init; }

    public decimal? TotalCost { get; init; }

    public DateTimeOffset? CreatedAt { get; init; }

    public DateTimeOffset? UpdatedAt { get; init; }

    public DateTimeOffset? LastActivity { get; init; }

    public DateTimeOffset? ArchivedAt { get; init; }

    public Guid? ForkedFromSession { get; init; }

    public long? ForkedFromSequence { get; init; }

    /// <summary>The branch that is the conversation, where the session has branches.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? CurrentBranch { get; init; }
}

internal sealed class SessionLineValidator : AbstractValidator<SessionLine>
{
    public SessionLineValidator(IOptions<LimitOptions> limits, TimeProvider time)
    {
        RuleFor(l => l.SessionId).Required();
        RuleFor(l => l.Status).KnownStatus();
        RuleFor(l => l.ConversationData).JsonObject(limits.Value.MaxJsonBytes);
        RuleFor(l => l.Metadata).JsonObject(limits.Value.MaxJsonBytes);
        RuleFor(l => l.SessionSummary).Utf8Bytes(limits.Value.MaxContentBytes);
        RuleFor(l => l.Title).Characters(Session.MaxTitleLength);
        RuleFor(l => l.StarredAt).InRange().NotInFuture(time);
        RuleFor(l => l.CreatedAt).InRange().NotInFuture(time);
        RuleFor(l => l.UpdatedAt).InRange().NotInFuture(time);
        RuleFor(l => l.LastActivity).InRange().NotInFuture(time);
        RuleFor(l => l.ArchivedAt).InRange().NotInFuture(time);
        RuleFor(l => l.ForkedFromSequence).ExpectedSequence();
        RuleFor(l => l.CurrentBranch)
            .InclusiveBetween(1, IBranchStore.MaxBranches).WithMessage($"must be between 1 and {IBranchStore.MaxBranches}");
    }
}
