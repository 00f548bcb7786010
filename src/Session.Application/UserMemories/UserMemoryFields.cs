using System.ComponentModel.DataAnnotations;
using FluentValidation;
using Microsoft.Extensions.Options;
using SessionService.Application.Json;
using SessionService.Application.Limits;
using SessionService.Application.Memories;
using SessionService.Application.Sessions;
using SessionService.Application.Validation;
using SessionService.Domain.Identity;

namespace SessionService.Application.UserMemories;

/// <summary>The fields of a user's memory that clients set.</summary>
public abstract class UserMemoryFields
{
    /// <summary>
    /// What kind of memory, a word of the client's own: <c>fact</c> (the default), <c>preference</c>, <c>episode</c>, <c>procedure</c> …
    /// </summary>
    /// <example>preference</example>
    [StringLength(WriteMemoryRequest.MaxTypeLength, MinimumLength = 1)]
    [RegularExpression(TextPatterns.NotBlank)]
    public string? MemoryType { get; init; }

    /// <summary>The client's own labels, any JSON object.</summary>
    /// <example>{"category": "style"}</example>
    public JsonText? Metadata { get; init; }

    /// <summary>The session that the memory came from, one of the user's.</summary>
    public Guid? SessionId { get; init; }

    /// <summary>The number of the message that it came from, together with <c>session_id</c>.</summary>
    [Range(typeof(long), "1", "9223372036854775807")]
    public long? Sequence { get; init; }

    /// <summary>The importance, 0 to 1; kept to six fraction digits.</summary>
    /// <example>0.8</example>
    [Range(0d, 1d)]
    public decimal? Importance { get; init; }

    /// <summary>When the memory ceases to hold (RFC 3339). After that, search finds it only if asked to.</summary>
    public DateTimeOffset? ValidUntil { get; init; }
}

/// <summary>A memory of a user, to create or to replace one with.</summary>
public sealed class WriteUserMemoryRequest : UserMemoryFields
{
    public const string DefaultType = "fact";

    /// <summary>The memory; not blank, at most 1 MiB of UTF-8 by default.</summary>
    /// <example>User prefers concise technical explanations.</example>
    [Required]
    [MinLength(1)]
    [RegularExpression(TextPatterns.NotBlank)]
    public string? Content { get; init; }
}

/// <summary>
/// A JSON merge patch (RFC 7396) of a memory of a user: a given field replaces the stored one, an absent field stays, and <c>null</c>
/// resets it.
/// </summary>
public sealed class PatchUserMemoryRequest : UserMemoryFields, IMergePatch
{
    /// <summary>The memory; not blank, at most 1 MiB of UTF-8 by default.</summary>
    /// <example>User prefers concise technical explanations, with examples.</example>
    [MinLength(1)]
    [RegularExpression(TextPatterns.NotBlank)]
    public string? Content { get; init; }

    /// <summary>The user whose memory it is; naming another user is refused.</summary>
    [StringLength(UserIds.MaxLength, MinimumLength = 1)]
    public string? UserId { get; init; }

    ISet<string> IKnowsNulls.Nulls { get; } = new HashSet<string>(StringComparer.Ordinal);
}

/// <summary>Memories of a user to create, all of them or none.</summary>
public sealed class CreateUserMemoryBatchRequest
{
    public const int MaxMemories = 1_000;

    /// <summary>The memories.</summary>
    [Required]
    [MinLength(1)]
    [MaxLength(MaxMemories)]
    public IReadOnlyList<WriteUserMemoryRequest>? Memories { get; init; }
}

internal abstract class UserMemoryFieldsValidator<T> : AbstractValidator<T>
    where T : UserMemoryFields
{
    protected UserMemoryFieldsValidator(LimitOptions limits)
    {
        RuleFor(r => r.MemoryType).NotBlank().Characters(WriteMemoryRequest.MaxTypeLength);
        RuleFor(r => r.Metadata).JsonObject(limits.MaxJsonBytes);
        RuleFor(r => r.Sequence).GreaterThanOrEqualTo(1).WithMessage("must be 1 or more");
        RuleFor(r => r.Importance).InclusiveBetween(0, 1).WithMessage("must be between 0 and 1");
        RuleFor(r => r.ValidUntil).InRange();
    }
}

internal sealed class WriteUserMemoryRequestValidator : UserMemoryFieldsValidator<WriteUserMemoryRequest>
{
    public WriteUserMemoryRequestValidator(IOptions<LimitOptions> limits)
        : base(limits.Value)
    {
        RuleFor(r => r.Content).Required().NotBlank().Utf8Bytes(limits.Value.MaxContentBytes);
        RuleFor(r => r.Sequence).Null().When(r => r.SessionId is null).WithMessage("needs a session_id");
    }
}

internal sealed class PatchUserMemoryRequestValidator : UserMemoryFieldsValidator<PatchUserMemoryRequest>
{
    public PatchUserMemoryRequestValidator(IOptions<LimitOptions> limits)
        : base(limits.Value)
    {
        RuleFor(r => r.Content).NotBlank().Utf8Bytes(limits.Value.MaxContentBytes);
        RuleFor(r => r.Content).Must((request, _) => !request.Removes("content")).WithMessage("cannot be taken away");
        RuleFor(r => r.UserId).CallerOfPatch();
    }
}

internal sealed class CreateUserMemoryBatchRequestValidator : AbstractValidator<CreateUserMemoryBatchRequest>
{
    public CreateUserMemoryBatchRequestValidator(IValidator<WriteUserMemoryRequest> memory)
    {
        RuleFor(r => r.Memories)
            .Required()
            .Must(memories => memories is null or { Count: >= 1 and <= CreateUserMemoryBatchRequest.MaxMemories })
            .WithMessage($"must hold 1 to {CreateUserMemoryBatchRequest.MaxMemories} memories");
        RuleForEach(r => r.Memories).SetValidator(memory).When(r => r.Memories is { Count: <= CreateUserMemoryBatchRequest.MaxMemories });
    }
}
