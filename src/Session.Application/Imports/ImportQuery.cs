using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using FluentValidation;

namespace SessionService.Application.Imports;

/// <summary>How to import.</summary>
public sealed class ImportQuery
{
    public const string Stop = "stop";
    public const string Skip = "skip";

    /// <summary>What to do at an invalid line: <c>stop</c> (the default) or <c>skip</c> it.</summary>
    [DefaultValue(Stop)]
    [AllowedValues(Stop, Skip, null)]
    public string? OnError { get; init; }

    /// <summary>Whether to skip invalid lines.</summary>
    public bool IsToSkip() => OnError == Skip;
}

internal sealed class ImportQueryValidator : AbstractValidator<ImportQuery>
{
    public ImportQueryValidator() =>
        RuleFor(q => q.OnError)
            .Must(choice => choice is null or ImportQuery.Stop or ImportQuery.Skip)
            .WithMessage("must be one of stop, skip");
}
