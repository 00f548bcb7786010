using System.ComponentModel.DataAnnotations;
using SessionService.Domain.Attachments;

namespace SessionService.Application.Attachments;

/// <summary>An attachment, without its bytes.</summary>
public sealed class AttachmentResponse
{
    /// <summary>What parts of messages name as <c>attachment_id</c>. It follows from the user and the bytes.</summary>
    /// <example>5d8a1a6c-6f0b-8c1e-9a34-0c7f2b1d4e58</example>
    [Required]
    public required Guid AttachmentId { get; init; }

    /// <summary>The SHA-256 of the bytes, in hexadecimal; also the <c>ETag</c> of the bytes.</summary>
    /// <example>9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08</example>
    [Required]
    public required string Sha256 { get; init; }

    /// <summary>The number of bytes.</summary>
    /// <example>4</example>
    [Required]
    public required long Size { get; init; }

    /// <summary>The media type, as it was said when the bytes first came.</summary>
    /// <example>image/png</example>
    [Required]
    public required string MediaType { get; init; }

    /// <summary>The name of the file; null where nobody said one.</summary>
    /// <example>cat.png</example>
    public required string? Name { get; init; }

    public static AttachmentResponse Of(StoredAttachment attachment) => new()
    {
        AttachmentId = attachment.AttachmentId,
        Sha256 = Convert.ToHexStringLower(attachment.Sha256),
        Size = attachment.Size,
        MediaType = attachment.MediaType,
        Name = attachment.Name,
    };
}
