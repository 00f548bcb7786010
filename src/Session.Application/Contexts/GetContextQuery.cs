using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using FluentValidation;

namespace SessionService.Application.Contexts;

/// <summary>How much of a session to send to a model, and in which form.</summary>
public sealed class GetContextQuery
{
    public const int DefaultMaxTokens = 4_000;
    public const int MaxMaxTokens = 1_000_000;

    /// <summary>Tokens that memory and messages may have together, 1 to 1000000. Default 4000.</summary>
    [DefaultValue(DefaultMaxTokens)]
    [Range(1, MaxMaxTokens)]
    public int? MaxTokens { get; init; }

    /// <summary><c>session</c>: messages as they are stored, the default. <c>openai</c>: as a chat completion call takes them.</summary>
    [DefaultValue("session")]
    [AllowedValues("session", "openai", null)]
    public string? Format { get; init; }

    /// <summary><c>system</c>: the system messages at the start of the session are kept at any budget. They take at most half.</summary>
    [AllowedValues("system", null)]
    public string? Keep { get; init; }

    internal bool KeepsSystem => Keep is "system";

    internal bool IsForChat => Format is "openai";
}

internal sealed class GetContextQueryValidator : AbstractValidator<GetContextQuery>
{
    public GetContextQueryValidator()
    {
        RuleFor(q => q.MaxTokens)
            .InclusiveBetween(1, GetContextQuery.MaxMaxTokens).WithMessage($"must be between 1 and {GetContextQuery.MaxMaxTokens}");
        RuleFor(q => q.Format).Must(format => format is null or "session" or "openai").WithMessage("must be session or openai");
        RuleFor(q => q.Keep).Must(keep => keep is null or "system").WithMessage("must be system");
    }
}
