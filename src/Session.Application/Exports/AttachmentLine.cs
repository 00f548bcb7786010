using FluentValidation;
using Microsoft.Extensions.Options;
using SessionService.Application.Attachments;
using SessionService.Application.Validation;

namespace SessionService.Application.Exports;

/// <summary>
/// An attachment in an export or import, or a piece of it. The pieces of an attachment follow each other, each with all fields.
/// </summary>
public sealed record AttachmentLine
{
    public string Type { get; init; } = ExportForm.Attachment;

    public Guid? AttachmentId { get; init; }

    /// <summary>In hexadecimal, of all bytes. An import checks it if it is there.</summary>
    public string? Sha256 { get; init; }

    /// <summary>The number of all bytes.</summary>
    public long? Size { get; init; }

    public string? MediaType { get; init; }

    public string? Name { get; init; }

    /// <summary>The number of bytes in the pieces before; by default 0.</summary>
    public long? Offset { get; init; }

    /// <summary>The bytes of the piece, in base64.</summary>
    public string? Data { get; init; }
}

internal sealed class AttachmentLineValidator : AbstractValidator<AttachmentLine>
{
    public AttachmentLineValidator(IOptions<AttachmentOptions> options)
    {
        var most = options.Value.MaxBytes;
        RuleFor(l => l.AttachmentId).Required();
        RuleFor(l => l.Size).Required().InclusiveBetween(1, most).WithMessage($"must be between 1 and {most}");
        RuleFor(l => l.MediaType).Must(type => type is null || MediaTypes.IsValid(type)).WithMessage("must be a media type");
        RuleFor(l => l.Name).NotBlank().Characters(AttachmentNames.MaxLength);
        RuleFor(l => l.Offset).GreaterThanOrEqualTo(0).WithMessage("must be 0 or more");
        RuleFor(l => l.Data)
            .Required()
            .Must(data => data is null || System.Buffers.Text.Base64.IsValid(data, out var length) && length > 0)
            .WithMessage("must be base64");
    }
}
