using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using FluentValidation;
using Microsoft.Extensions.Options;
using SessionService.Application.Json;
using SessionService.Application.Messages.Parts;
using SessionService.Application.Validation;
using SessionService.Domain.Text;

namespace SessionService.Application.Deltas;

/// <summary>What a message in progress grows by: a text or parts, one of the two.</summary>
public sealed class AddDeltaRequest
{
    /// <summary>The place of the delta within the message: 0, 1, 2 …</summary>
    /// <example>0</example>
    [Required]
    [Range(0, int.MaxValue)]
    public int? Index { get; init; }

    /// <summary>The text that comes next, of at most 256 KiB of UTF-8 by default.</summary>
    /// <example>Hel</example>
    public string? Text { get; init; }

    /// <summary>The parts that come next, as in the content of a message, of at most 256 KiB by default.</summary>
    /// <example>null</example>
    [JsonArrayText]
    public JsonText? Parts { get; init; }
}

internal sealed class AddDeltaRequestValidator : AbstractValidator<AddDeltaRequest>
{
    private static readonly JsonDocumentOptions Deep = new() { MaxDepth = 2 * JsonLimits.MaxDepth };

    public AddDeltaRequestValidator(IOptions<DeltaOptions> options)
    {
        var maxBytes = options.Value.MaxBytes;
        RuleFor(r => r.Index)
            .Required()
            .GreaterThanOrEqualTo(0).WithMessage("must be 0 or more");
        RuleFor(r => r.Text).Custom((text, context) =>
        {
            if (text is not null
                && (StorableText.Refuse(text) ?? (text.Length == 0 ? "must not be empty" : RefuseSize(text, maxBytes))) is { } reason)
            {
                context.AddFailure("text", reason);
            }
        });
        RuleFor(r => r.Parts).Custom((parts, context) =>
        {
            foreach (var (field, reason) in parts is null ? [] : Refuse(parts, maxBytes))
            {
                context.AddFailure(field, reason);
            }
        });
        RuleFor(r => r)
            .Must(r => r.Text is null || r.Parts is null)
            .OverridePropertyName("parts").WithMessage("must not be given together with text");
        RuleFor(r => r)
            .Must(r => r.Text is not null || r.Parts is not null)
            .OverridePropertyName("text").WithMessage("is required, unless parts are given");
    }

    private static IEnumerable<(string Field, string Reason)> Refuse(JsonText parts, int maxBytes)
    {
        using var document = JsonDocument.Parse(parts.Value, Deep);
        var refusals = PartChecks.Refuse(document.RootElement);
        return refusals.Count > 0
            ? [.. refusals.Take(20).Select(one => (one.Index is { } index ? $"parts[{index}]" : "parts", one.Reason))]
            : RefuseSize(parts.Value, maxBytes) is { } reason ? [("parts", reason)] : [];
    }

    private static string? RefuseSize(string text, int maxBytes) =>
        System.Text.Encoding.UTF8.GetByteCount(text) > maxBytes ? $"must be at most {maxBytes} bytes of UTF-8 long" : null;
}
