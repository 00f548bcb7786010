using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using FluentValidation;

namespace SessionService.Application.Imports;

/// <summary>How to import.</summary>
public sealed class ImportQuery
{
    public const string Stop = "stop";
    public const string Skip = "skip";
    public const string KeepIds = "keep";
    public const string NewIds = "new";

    /// <summary>What to do at an invalid line: <c>stop</c> (the default) or <c>skip</c> it.</summary>
    [DefaultValue(Stop)]
    [AllowedValues(Stop, Skip, null)]
    public string? OnError { get; init; }

    /// <summary>
    /// <c>keep</c> (the default) keeps ids. <c>new</c> makes copies under new ids, for what another user exported from this service, or for
    /// a second copy. The new ids follow from the user and the old ids: the same import again changes nothing.
    /// </summary>
    [DefaultValue(KeepIds)]
    [AllowedValues(KeepIds, NewIds, null)]
    public string? Ids { get; init; }

    /// <summary>Whether to tell what the import would do, and store nothing. Default false.</summary>
    [DefaultValue(false)]
    public bool? DryRun { get; init; }

    public ImportChoices ToChoices() => new(OnError == Skip, DryRun ?? false, Ids == NewIds);
}

internal sealed class ImportQueryValidator : AbstractValidator<ImportQuery>
{
    public ImportQueryValidator()
    {
        RuleFor(q => q.OnError)
            .Must(choice => choice is null or ImportQuery.Stop or ImportQuery.Skip)
            .WithMessage("must be one of stop, skip");
        RuleFor(q => q.Ids)
            .Must(choice => choice is null or ImportQuery.KeepIds or ImportQuery.NewIds)
            .WithMessage("must be one of keep, new");
    }
}
