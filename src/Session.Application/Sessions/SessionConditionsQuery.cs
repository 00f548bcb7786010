using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using FluentValidation;
using SessionService.Application.Time;
using SessionService.Application.Validation;
using SessionService.Domain.Sessions;

namespace SessionService.Application.Sessions;

/// <summary>The filters of sessions that several queries share.</summary>
public abstract class SessionConditionsQuery
{
    public const int MaxStatuses = 20;

    /// <summary>Only sessions that are active or completed. Default false.</summary>
    [DefaultValue(false)]
    public bool? ActiveOnly { get; init; }

    /// <summary>
    /// Only sessions of these statuses (<c>active</c>, <c>completed</c>, <c>ended</c>, <c>archived</c>, <c>expired</c>), with commas
    /// between them or given several times.
    /// </summary>
    [AllowedItems("active", "completed", "ended", "archived", "expired")]
    public IReadOnlyList<string?>? Status { get; init; }

    /// <summary>Only sessions that are starred, or only those that are not.</summary>
    public bool? Starred { get; init; }

    /// <summary>Only sessions created after this time (RFC 3339; a date is its first moment in UTC), exclusive.</summary>
    [StringLength(Rfc3339.MaxLength)]
    public string? CreatedAfter { get; init; }

    /// <summary>Only sessions created before this time, exclusive.</summary>
    [StringLength(Rfc3339.MaxLength)]
    public string? CreatedBefore { get; init; }

    /// <summary>Only sessions whose last activity was after this time, exclusive.</summary>
    [StringLength(Rfc3339.MaxLength)]
    public string? ActiveAfter { get; init; }

    /// <summary>Only sessions whose last activity was before this time, exclusive.</summary>
    [StringLength(Rfc3339.MaxLength)]
    public string? ActiveBefore { get; init; }

    /// <summary>
    /// Only sessions with this value in their metadata, as <c>metadata.key=value</c>; nested keys with dots between them, a dot within a
    /// key as <c>\.</c>. The value is a text or, where it reads as one, a number, true, false or null; in double quotes it is a text in any
    /// case. Without a value: the key is there, whatever it holds. Given several times for one key: one of the values.
    /// </summary>
    public MetadataConditions? Metadata { get; init; }

    /// <summary>Whether only starred sessions, or only others, are wanted.</summary>
    private protected virtual bool? WantedStar => Starred;

    /// <summary>The statuses as the client named them.</summary>
    internal IReadOnlyList<string> StatusNames() =>
        [
            .. (Status ?? [])
                .SelectMany(names => names?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [])];

    /// <summary>Whether the filters are valid. Rules that depend on them are checked only then.</summary>
    internal bool HasReadableConditions() =>
        StatusNames().All(SessionStatuses.IsKnown)
        && new[] { CreatedAfter, CreatedBefore, ActiveAfter, ActiveBefore }.All(time => time is null || Rfc3339.Parse(time) is not null);

    /// <summary>The filter of a valid query.</summary>
    internal SessionFilter ToSessionFilter() => new()
    {
        ActiveOnly = ActiveOnly ?? false,
        Statuses = [.. StatusNames().Select(SessionStatuses.Parse).Distinct().Order()],
        IsStarred = WantedStar,
        CreatedAfter = Rfc3339.Parse(CreatedAfter),
        CreatedBefore = Rfc3339.Parse(CreatedBefore),
        ActiveAfter = Rfc3339.Parse(ActiveAfter),
        ActiveBefore = Rfc3339.Parse(ActiveBefore),
        Metadata = Metadata?.Conditions ?? [],
    };
}

/// <summary>The conditions on metadata in a query. They have a binder of their own, because clients choose the parameters' names.</summary>
public sealed record MetadataConditions(IReadOnlyList<MetadataCondition> Conditions);

internal static class SessionConditionRules
{
    public static void AddSessionConditionRules<T>(this AbstractValidator<T> validator)
        where T : SessionConditionsQuery
    {
        validator.RuleFor(q => q.Status).Must((query, _) => query.StatusNames().All(SessionStatuses.IsKnown))
            .WithMessage("must be one of active, completed, ended, archived, expired");
        validator.RuleFor(q => q.Status).Must((query, _) => query.StatusNames().Count <= SessionConditionsQuery.MaxStatuses)
            .WithMessage($"must name at most {SessionConditionsQuery.MaxStatuses} statuses");
        validator.RuleFor(q => q.CreatedAfter).TimeOrDate();
        validator.RuleFor(q => q.CreatedBefore).TimeOrDate();
        validator.RuleFor(q => q.ActiveAfter).TimeOrDate();
        validator.RuleFor(q => q.ActiveBefore).TimeOrDate();
    }
}
