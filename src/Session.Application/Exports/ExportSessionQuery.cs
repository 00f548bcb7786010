using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using FluentValidation;

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
}

internal sealed class ExportSessionQueryValidator : AbstractValidator<ExportSessionQuery>
{
    public ExportSessionQueryValidator() =>
        RuleFor(q => q.Format)
            .Must(format => format is null or ExportSessionQuery.Json or ExportSessionQuery.JsonLines or ExportSessionQuery.Markdown)
            .WithMessage("must be one of json, jsonl, markdown");
}
