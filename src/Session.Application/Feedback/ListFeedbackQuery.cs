using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using FluentValidation;
using SessionService.Application.Paging;
using SessionService.Application.Validation;
using SessionService.Domain.Feedback;

namespace SessionService.Application.Feedback;

/// <summary>Which feedback to read.</summary>
public abstract class FeedbackConditionsQuery
{
    /// <summary>Only feedback of messages of this session.</summary>
    public Guid? SessionId { get; init; }

    /// <summary>Only feedback of this name.</summary>
    [RegularExpression(FeedbackNames.Pattern)]
    public string? Name { get; init; }

    /// <summary>Only feedback of this source.</summary>
    [AllowedValues(FeedbackSources.User, FeedbackSources.Annotator, FeedbackSources.Model, null)]
    public string? Source { get; init; }

    /// <summary>Only feedback that was last given at this time or later (RFC 3339).</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Only feedback that was last given before this time (RFC 3339).</summary>
    public DateTimeOffset? To { get; init; }

    internal FeedbackFilter ToFilter() => new(SessionId, Name, Source, From?.ToUniversalTime(), To?.ToUniversalTime());
}

/// <summary>Which feedback of a user's messages to list.</summary>
public sealed class ListFeedbackQuery : FeedbackConditionsQuery, IPageQuery
{
    public const int DefaultPageSize = 50;
    public const int MaxPageSize = 100;

    /// <summary>The number of the page, from 1.</summary>
    [Range(1, int.MaxValue)]
    public int? Page { get; init; }

    /// <summary>How many a page has at most, 1 to 100. Default 50.</summary>
    [DefaultValue(DefaultPageSize)]
    [Range(1, MaxPageSize)]
    public int? PageSize { get; init; }

    /// <summary>Goes on where another answer ended: its <c>next_cursor</c>, with the same filters and without <c>page</c>.</summary>
    public string? Cursor { get; init; }

    internal FeedbackCursor? ToCursor(FeedbackFilter filter) =>
        Cursor is not null && FeedbackCursor.TryParse(Cursor, filter.ToString(), out var cursor) ? cursor : null;
}

/// <summary>Which feedback of a user's messages to export.</summary>
public sealed class ExportFeedbackQuery : FeedbackConditionsQuery;

/// <summary>The feedback that a list or an export is about. Times are in UTC.</summary>
public sealed record FeedbackFilter(
    Guid? SessionId = null, string? Name = null, string? Source = null, DateTimeOffset? From = null, DateTimeOffset? To = null);

internal abstract class FeedbackConditionsQueryValidator<T> : AbstractValidator<T>
    where T : FeedbackConditionsQuery
{
    protected FeedbackConditionsQueryValidator()
    {
        RuleFor(q => q.Name).FeedbackName();
        RuleFor(q => q.Source).FeedbackSource();
        RuleFor(q => q.From).InRange();
        RuleFor(q => q.To).InRange();
    }
}

internal sealed class ListFeedbackQueryValidator : FeedbackConditionsQueryValidator<ListFeedbackQuery>
{
    public ListFeedbackQueryValidator()
    {
        this.AddPageRules(ListFeedbackQuery.MaxPageSize);
        When(q => q.Cursor is not null, () =>
        {
            RuleFor(q => q.Page).Null().WithMessage("must not be given together with cursor");
            RuleFor(q => q.Cursor).Must((query, cursor) => FeedbackCursor.TryParse(cursor!, query.ToFilter().ToString(), out _))
                .WithMessage("must be the next_cursor of an answer with the same filters");
        });
    }
}

internal sealed class ExportFeedbackQueryValidator : FeedbackConditionsQueryValidator<ExportFeedbackQuery>;
