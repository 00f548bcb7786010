using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using FluentValidation;
using SessionService.Application.Branches;

namespace SessionService.Application.Exports;

/// <summary>How to export a session.</summary>
public sealed class ExportSessionQuery
{
    public const string Json = "json";
    public const string JsonLines = "jsonl";
    public const string Markdown = "markdown";

    /// <summary><c>json</c> (one document, the default), <c>jsonl</c> (one line a message) or <c>markdown</c> (for people).</summary>
    [DefaultValue(Json)]
    [AllowedValues(Json, JsonLines, Markdown, null)]
    public string? Format { get; init; }

    /// <summary>
    /// A <c>branch_id</c> to export one branch, or <c>all</c> to export all messages, each with its <c>parent_sequence</c>. By default the
    /// messages of the current branch, and beside them whatever an import needs to restore the others.
    /// </summary>
    /// <example>all</example>
    [RegularExpression(BranchChoice.Pattern)]
    public string? Branch { get; init; }
}

internal sealed class ExportSessionQueryValidator : AbstractValidator<ExportSessionQuery>
{
    public ExportSessionQueryValidator()
    {
        RuleFor(q => q.Format)
            .Must(format => format is null or ExportSessionQuery.Json or ExportSessionQuery.JsonLines or ExportSessionQuery.Markdown)
            .WithMessage("must be one of json, jsonl, markdown");
        RuleFor(q => q.Branch).BranchChoice();
    }
}
