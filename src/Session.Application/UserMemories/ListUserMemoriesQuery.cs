using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text;
using System.Text.Json;
using FluentValidation;
using Microsoft.Extensions.Options;
using SessionService.Application.Json;
using SessionService.Application.Limits;
using SessionService.Application.Memories;
using SessionService.Application.Paging;
using SessionService.Application.Validation;

namespace SessionService.Application.UserMemories;

/// <summary>Which of a user's memories to list.</summary>
public sealed class ListUserMemoriesQuery : IPageQuery
{
    public const int DefaultPageSize = 50;
    public const int MaxPageSize = 100;

    /// <summary>Only memories of this type.</summary>
    [StringLength(WriteMemoryRequest.MaxTypeLength, MinimumLength = 1)]
    public string? MemoryType { get; init; }

    /// <summary>Only memories that came from this session.</summary>
    public Guid? SessionId { get; init; }

    /// <summary>Only memories whose metadata contain this JSON object: <c>{"category":"style"}</c>.</summary>
    public string? Metadata { get; init; }

    /// <summary>Only memories created at this time or later.</summary>
    public DateTimeOffset? CreatedAfter { get; init; }

    /// <summary>Only memories created before this time.</summary>
    public DateTimeOffset? CreatedBefore { get; init; }

    /// <summary>Only memories that hold (<c>true</c>) or have ceased to (<c>false</c>).</summary>
    public bool? Valid { get; init; }

    /// <summary>The number of the page, from 1. Default 1.</summary>
    [Range(1, int.MaxValue)]
    public int? Page { get; init; }

    /// <summary>Memories a page, 1 to 100. Default 50.</summary>
    [DefaultValue(DefaultPageSize)]
    [Range(1, MaxPageSize)]
    public int? PageSize { get; init; }

    /// <summary>Goes on where another answer ended: its <c>next_cursor</c>, with the same filters and without <c>page</c>.</summary>
    public string? Cursor { get; init; }

    internal UserMemoryFilter ToFilter() => new(MemoryType, SessionId, Metadata, CreatedAfter, CreatedBefore, Valid);

    internal TimeCursor? ToCursor(UserMemoryFilter filter) =>
        Cursor is not null && TimeCursor.TryParse(Cursor, filter.ToString(), out var cursor) ? cursor : null;
}

internal sealed class ListUserMemoriesQueryValidator : AbstractValidator<ListUserMemoriesQuery>
{
    public ListUserMemoriesQueryValidator(IOptions<LimitOptions> limits)
    {
        this.AddPageRules(ListUserMemoriesQuery.MaxPageSize);
        RuleFor(q => q.MemoryType).NotBlank().Characters(WriteMemoryRequest.MaxTypeLength);
        RuleFor(q => q.CreatedAfter).InRange();
        RuleFor(q => q.CreatedBefore).InRange();
        RuleFor(q => q.Metadata).Custom((metadata, context) =>
        {
            if (metadata is not null && RefuseObject(metadata, limits.Value.MaxJsonBytes) is { } reason)
            {
                context.AddFailure(reason);
            }
        });
        When(q => q.Cursor is not null, () =>
        {
            RuleFor(q => q.Page).Null().WithMessage("must not be given together with cursor");
            RuleFor(q => q.Cursor).Must((query, cursor) => TimeCursor.TryParse(cursor!, query.ToFilter().ToString(), out _))
                .WithMessage("must be the next_cursor of an answer with the same filters");
        });
    }

    // Bodies are checked while they are read; JSON in a query parameter must be checked here.
    private static string? RefuseObject(string text, int maxBytes)
    {
        const string NoObject = "must be a JSON object";
        try
        {
            using var document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = JsonLimits.MaxDepth });
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? JsonLimits.Refuse(Encoding.UTF8.GetBytes(text), maxBytes)
                : NoObject;
        }
        catch (JsonException)
        {
            return NoObject;
        }
    }
}

/// <summary>The memories that a list is about.</summary>
public sealed record UserMemoryFilter(
    string? MemoryType, Guid? SessionId, string? Metadata, DateTimeOffset? CreatedAfter, DateTimeOffset? CreatedBefore, bool? Valid);

/// <summary>Which versions of a memory to list.</summary>
public sealed class ListUserMemoryVersionsQuery : IPageQuery
{
    public const int DefaultPageSize = 20;
    public const int MaxPageSize = 100;

    /// <summary>The number of the page, from 1. Default 1.</summary>
    [DefaultValue(1)]
    [Range(1, int.MaxValue)]
    public int? Page { get; init; }

    /// <summary>Versions a page, 1 to 100. Default 20.</summary>
    [DefaultValue(DefaultPageSize)]
    [Range(1, MaxPageSize)]
    public int? PageSize { get; init; }
}

internal sealed class ListUserMemoryVersionsQueryValidator : AbstractValidator<ListUserMemoryVersionsQuery>
{
    public ListUserMemoryVersionsQueryValidator() => this.AddPageRules(ListUserMemoryVersionsQuery.MaxPageSize);
}
