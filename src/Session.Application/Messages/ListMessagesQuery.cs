using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using FluentValidation;
using SessionService.Application.Branches;
using SessionService.Application.Paging;
using SessionService.Application.Sessions;
using SessionService.Application.Validation;
using SessionService.Domain.Messages;

namespace SessionService.Application.Messages;

/// <summary>Which of a session's messages to list: a page, or a range of numbers.</summary>
public sealed class ListMessagesQuery : IPageQuery
{
    public const int DefaultPageSize = 100;
    public const int MaxPageSize = 200;
    public const int DefaultLimit = 100;
    public const int MaxLimit = 1000;

    /// <summary>The number of the page, from 1. Default 1.</summary>
    [Range(1, int.MaxValue)]
    public int? Page { get; init; }

    /// <summary>Messages a page, 1 to 200. Default 100.</summary>
    [Range(1, MaxPageSize)]
    public int? PageSize { get; init; }

    /// <summary>
    /// <c>asc</c>: oldest first, the default. <c>desc</c>: newest first. Of pages only; by position the answer is in time order.
    /// </summary>
    [DefaultValue("asc")]
    [AllowedValues("asc", "desc", null)]
    public string? Order { get; init; }

    /// <summary>By position: only messages after this number, beginning with the next one. 0 is before the first message.</summary>
    [Range(typeof(long), "0", "9223372036854775807")]
    public long? After { get; init; }

    /// <summary>By position: only messages before this number; without <c>after</c>, the ones just before it.</summary>
    [Range(typeof(long), "0", "9223372036854775807")]
    public long? Before { get; init; }

    /// <summary>By position: how many messages at most, 1 to 1000. Default 100.</summary>
    [Range(1, MaxLimit)]
    public int? Limit { get; init; }

    /// <summary>Only messages of this role.</summary>
    [AllowedValues("user", "assistant", "system", "developer", "tool", null)]
    public string? Role { get; init; }

    /// <summary>Only messages of this type.</summary>
    [StringLength(CreateMessageRequest.MaxTypeLength, MinimumLength = 1)]
    [RegularExpression(TextPatterns.NotBlank)]
    public string? MessageType { get; init; }

    /// <summary>
    /// By position: only messages with this value in their metadata, as <c>metadata.key=value</c>, written as for sessions.
    /// </summary>
    public MetadataConditions? Metadata { get; init; }

    /// <summary>
    /// <c>inline</c>: files that were given as base64 are base64 again, as much of it as a request may hold (16 MiB by default). By
    /// default they are references to attachments.
    /// </summary>
    [AllowedValues("inline", null)]
    public string? Attachments { get; init; }

    /// <summary>
    /// The number of a branch, or <c>all</c> for the messages of all branches, each with its <c>parent_sequence</c>. By default the
    /// current branch.
    /// </summary>
    [RegularExpression(BranchChoice.Pattern)]
    public string? Branch { get; init; }

    /// <summary>
    /// <c>feedback</c>: each message has its feedback, by name. <c>in_progress</c>: the list does not end before the first message in
    /// progress, and shows such messages with what they have so far.
    /// </summary>
    [AllowedValues("feedback", "in_progress", "feedback,in_progress", null)]
    public string? Include { get; init; }

    public bool IncludesFeedback() => Include?.StartsWith("feedback", StringComparison.Ordinal) == true;

    public bool IncludesOpen() => Include?.EndsWith("in_progress", StringComparison.Ordinal) == true;

    internal bool IsByPage => Page is not null || PageSize is not null;

    internal bool IsByPosition => HasPosition || Metadata is not null;

    internal bool HasPosition => After is not null || Before is not null || Limit is not null;

    /// <summary>The page as the answer tells it: a range of numbers is one page of <c>limit</c> messages.</summary>
    internal PageRange ToRange() => IsByPosition ? new PageRange(1, Limit ?? DefaultLimit) : this.ToRange(DefaultPageSize);

    /// <param name="path">The path of the branch; <see langword="null"/> for that of the current one.</param>
    internal MessageSelection ToSelection(MessagePath? path = null)
    {
        var range = ToRange();
        return new MessageSelection
        {
            Order = (IsByPosition, Order, Before, After) switch
            {
                (true, _, not null, null) => MessageOrder.LastInTimeOrder,
                (false, "desc", _, _) => MessageOrder.NewestFirst,
                _ => MessageOrder.OldestFirst,
            },
            Role = Role,
            MessageType = MessageType,
            After = After ?? 0,
            Before = Before ?? long.MaxValue,
            Skip = range.Skip,
            Take = range.Size,
            Path = path,
        };
    }
}

internal sealed class ListMessagesQueryValidator : AbstractValidator<ListMessagesQuery>
{
    private const string NotWithPosition = "must not be given together with after, before or limit";
    private const string NotWithMetadata = "must not be given together with conditions on metadata";
    private const string NotWithPage = "must not be given together with page or page_size";

    public ListMessagesQueryValidator()
    {
        this.AddPageRules(ListMessagesQuery.MaxPageSize);
        RuleFor(q => q.Order).Must(order => order is null or "asc" or "desc").WithMessage("must be asc or desc");
        RuleFor(q => q.After).GreaterThanOrEqualTo(0).WithMessage("must be 0 or more");
        RuleFor(q => q.Before).GreaterThanOrEqualTo(0).WithMessage("must be 0 or more");
        RuleFor(q => q.Limit)
            .InclusiveBetween(1, ListMessagesQuery.MaxLimit).WithMessage($"must be between 1 and {ListMessagesQuery.MaxLimit}");
        RuleFor(q => q.Role)
            .Must(role => role is null || MessageRoles.IsKnown(role)).WithMessage($"must be one of {MessageRoles.Names}");
        RuleFor(q => q.MessageType).NotBlank().Characters(CreateMessageRequest.MaxTypeLength);
        RuleFor(q => q.Branch).BranchChoice();
        RuleFor(q => q.Attachments).Must(attachments => attachments is null or "inline").WithMessage("must be inline");
        RuleFor(q => q.Include).Must(include => include is null or "feedback" or "in_progress" or "feedback,in_progress")
            .WithMessage("must be feedback, in_progress or feedback,in_progress");
        When(q => q.IsByPage && q.HasPosition, () =>
        {
            RuleFor(q => q.Page).Null().WithMessage(NotWithPosition);
            RuleFor(q => q.PageSize).Null().WithMessage(NotWithPosition);
            RuleFor(q => q.After).Null().WithMessage(NotWithPage);
            RuleFor(q => q.Before).Null().WithMessage(NotWithPage);
            RuleFor(q => q.Limit).Null().WithMessage(NotWithPage);
        });
        When(q => q.Metadata is not null, () =>
        {
            RuleFor(q => q.Page).Null().WithMessage(NotWithMetadata);
            RuleFor(q => q.PageSize).Null().WithMessage(NotWithMetadata);
        });
    }
}
