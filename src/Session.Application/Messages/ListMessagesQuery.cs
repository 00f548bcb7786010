using System.ComponentModel.DataAnnotations;
using FluentValidation;
using SessionService.Application.Paging;
using SessionService.Application.Validation;
using SessionService.Domain.Messages;

namespace SessionService.Application.Messages;

/// <summary>Which of a session's messages to list.</summary>
public sealed class ListMessagesQuery : IPageQuery
{
    public const int DefaultPageSize = 100;
    public const int MaxPageSize = 200;

    /// <summary>The number of the page, from 1. Default 1.</summary>
    [Range(1, int.MaxValue)]
    public int? Page { get; init; }

    /// <summary>Messages a page, 1 to 200. Default 100.</summary>
    [Range(1, MaxPageSize)]
    public int? PageSize { get; init; }

    /// <summary><c>asc</c>: oldest first, the default. <c>desc</c>: newest first.</summary>
    [AllowedValues("asc", "desc", null)]
    public string? Order { get; init; }

    /// <summary>Only messages of this role.</summary>
    [AllowedValues("user", "assistant", "system", "tool", null)]
    public string? Role { get; init; }

    /// <summary>Only messages of this type.</summary>
    [StringLength(CreateMessageRequest.MaxTypeLength, MinimumLength = 1)]
    [RegularExpression(TextPatterns.NotBlank)]
    public string? MessageType { get; init; }

    internal MessageFilter ToFilter() => new(string.Equals(Order, "desc", StringComparison.Ordinal), Role, MessageType);
}

internal sealed class ListMessagesQueryValidator : AbstractValidator<ListMessagesQuery>
{
    public ListMessagesQueryValidator()
    {
        this.AddPageRules(ListMessagesQuery.MaxPageSize);
        RuleFor(q => q.Order).Must(order => order is null or "asc" or "desc").WithMessage("must be asc or desc");
        RuleFor(q => q.Role)
            .Must(role => role is null || MessageRoles.IsKnown(role)).WithMessage("must be one of user, assistant, system, tool");
        RuleFor(q => q.MessageType).NotBlank().Characters(CreateMessageRequest.MaxTypeLength);
    }
}

/// <summary>The messages that a list is about, and their order.</summary>
public sealed record MessageFilter(bool NewestFirst, string? Role, string? MessageType)
{
    /// <summary>Whether every message of the session is in the list.</summary>
    public bool IsEverything => Role is null && MessageType is null;
}
