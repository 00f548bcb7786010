using System.Text.Json.Serialization;
using FluentValidation;
using Microsoft.Extensions.Options;
using SessionService.Application.Json;
using SessionService.Application.Limits;
using SessionService.Application.Memories;
using SessionService.Application.Validation;

namespace SessionService.Application.Exports;

/// <summary>The content of a user's memory, or of an earlier version, in an export or import.</summary>
public abstract record UserMemoryContentLine
{
    [JsonPropertyOrder(-1)]
    public abstract string Type { get; init; }

    [JsonPropertyOrder(-1)]
    public Guid? MemoryId { get; init; }

    /// <summary>For readers of the file. An import ignores it.</summary>
    [JsonPropertyOrder(-1)]
    public string? UserId { get; init; }

    [JsonPropertyOrder(-1)]
    public string? MemoryType { get; init; }

    [JsonPropertyOrder(-1)]
    public string? Content { get; init; }

    [JsonPropertyOrder(-1)]
    public JsonText? Metadata { get; init; }

    /// <summary>The session that the memory came from. It need not exist any more.</summary>
    [JsonPropertyOrder(-1)]
    public Guid? SessionId { get; init; }

    [JsonPropertyOrder(-1)]
    public long? Sequence { get; init; }

    [JsonPropertyOrder(-1)]
    public decimal? Importance { get; init; }

    [JsonPropertyOrder(-1)]
    public DateTimeOffset? ValidUntil { get; init; }

    [JsonPropertyOrder(-1)]
    public int? Version { get; init; }
}

/// <summary>A memory of a user.</summary>
public sealed record UserMemoryLine : UserMemoryContentLine
{
    [JsonPropertyOrder(-2)]
    public override string Type { get; init; } = ExportForm.UserMemory;

    public DateTimeOffset? CreatedAt { get; init; }

    public DateTimeOffset? UpdatedAt { get; init; }
}

/// <summary>An earlier version of a user's memory. It comes after the memory's line.</summary>
public sealed record UserMemoryVersionLine : UserMemoryContentLine
{
    [JsonPropertyOrder(-2)]
    public override string Type { get; init; } = ExportForm.UserMemoryVersion;

    public DateTimeOffset? WrittenAt { get; init; }
}

internal abstract class UserMemoryContentLineValidator<T> : AbstractValidator<T>
    where T : UserMemoryContentLine
{
    protected UserMemoryContentLineValidator(LimitOptions limits)
    {
        RuleFor(l => l.MemoryId).Required();
        RuleFor(l => l.MemoryType).NotBlank().Characters(WriteMemoryRequest.MaxTypeLength);
        RuleFor(l => l.Content).Required().NotBlank().Utf8Bytes(limits.MaxContentBytes);
        RuleFor(l => l.Metadata).JsonObject(limits.MaxJsonBytes);
        RuleFor(l => l.Sequence).ExpectedSequence();
        RuleFor(l => l.Sequence).Null().When(l => l.SessionId is null).WithMessage("needs a session_id");
        RuleFor(l => l.Importance).InclusiveBetween(0, 1).WithMessage("must be between 0 and 1");
        RuleFor(l => l.ValidUntil).InRange();
        RuleFor(l => l.Version).GreaterThanOrEqualTo(1).WithMessage("must be 1 or more");
    }
}

internal sealed class UserMemoryLineValidator : UserMemoryContentLineValidator<UserMemoryLine>
{
    public UserMemoryLineValidator(IOptions<LimitOptions> limits, TimeProvider time)
        : base(limits.Value)
    {
        RuleFor(l => l.CreatedAt).InRange().NotInFuture(time);
        RuleFor(l => l.UpdatedAt).InRange().NotInFuture(time);
    }
}

internal sealed class UserMemoryVersionLineValidator : UserMemoryContentLineValidator<UserMemoryVersionLine>
{
    public UserMemoryVersionLineValidator(IOptions<LimitOptions> limits, TimeProvider time)
        : base(limits.Value)
    {
        RuleFor(l => l.Version).Required();
        RuleFor(l => l.WrittenAt).Required().InRange().NotInFuture(time);
    }
}
