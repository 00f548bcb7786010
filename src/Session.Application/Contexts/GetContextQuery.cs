using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using FluentValidation;
using SessionService.Application.Branches;

namespace SessionService.Application.Contexts;

/// <summary>How much of a session to send to a model, and in which form.</summary>
public sealed class GetContextQuery
{
    internal const string SessionFormat = "session";
    internal const string ChatFormat = "openai";
    internal const string ResponsesFormat = "openai-responses";
    internal const string AnthropicFormat = "anthropic";

    public const int DefaultMaxTokens = 4_000;
    public const int MaxMaxTokens = 1_000_000;

    /// <summary>Tokens that memory and messages may have together, 1 to 1000000. Default 4000.</summary>
    [DefaultValue(DefaultMaxTokens)]
    [Range(1, MaxMaxTokens)]
    public int? MaxTokens { get; init; }

    /// <summary>
    /// <c>session</c>: messages as they are stored, the default. <c>openai</c>: the <c>messages</c> of a chat completion call.
    /// <c>openai-responses</c>: the <c>input</c> of a response. <c>anthropic</c>: <c>system</c> and <c>messages</c>.
    /// </summary>
    [DefaultValue(SessionFormat)]
    [AllowedValues(SessionFormat, ChatFormat, ResponsesFormat, AnthropicFormat, null)]
    public string? Format { get; init; }

    /// <summary><c>system</c>: the system messages at the start of the session are kept at any budget. They take at most half.</summary>
    [AllowedValues("system", null)]
    public string? Keep { get; init; }

    /// <summary><c>include</c>: the reasoning of models is given as it was, where the API takes it. By default it is left out.</summary>
    [AllowedValues("include", null)]
    public string? Reasoning { get; init; }

    /// <summary><c>inline</c>: pictures and files that are kept here are given as data. By default they are named.</summary>
    [AllowedValues("inline", null)]
    public string? Attachments { get; init; }

    /// <summary>The number of a branch, or <c>all</c> for the messages of all branches. By default the current branch.</summary>
    [RegularExpression(BranchChoice.Pattern)]
    public string? Branch { get; init; }

    internal bool KeepsSystem => Keep is "system";

    internal ContextReading Reading => new(
        IsForModel: Format is not (null or SessionFormat), HasReasoning: Reasoning is "include", IsInline: Attachments is "inline");
}

internal sealed class GetContextQueryValidator : AbstractValidator<GetContextQuery>
{
    public GetContextQueryValidator()
    {
        RuleFor(q => q.MaxTokens)
            .InclusiveBetween(1, GetContextQuery.MaxMaxTokens).WithMessage($"must be between 1 and {GetContextQuery.MaxMaxTokens}");
        RuleFor(q => q.Format)
            .Must(format => format is null or GetContextQuery.SessionFormat or GetContextQuery.ChatFormat
                or GetContextQuery.ResponsesFormat or GetContextQuery.AnthropicFormat)
            .WithMessage("must be session, openai, openai-responses or anthropic");
        RuleFor(q => q.Keep).Must(keep => keep is null or "system").WithMessage("must be system");
        RuleFor(q => q.Reasoning).Must(reasoning => reasoning is null or "include").WithMessage("must be include");
        RuleFor(q => q.Branch).BranchChoice();
        RuleFor(q => q.Attachments).Must(attachments => attachments is null or "inline").WithMessage("must be inline");
    }
}
