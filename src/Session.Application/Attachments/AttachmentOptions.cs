using System.ComponentModel.DataAnnotations;

namespace SessionService.Application.Attachments;

/// <summary>Pictures and files of messages: where their bytes are kept, and how many. Section <c>Attachments</c>.</summary>
public sealed class AttachmentOptions : IValidatableObject
{
    public const string Section = "Attachments";

    /// <summary>Where the bytes of new attachments go.</summary>
    public AttachmentPlace Store { get; set; } = AttachmentPlace.Database;

    /// <summary>The directory of <c>Store=directory</c>. It must exist. All instances must share it.</summary>
    public string? Directory { get; set; }

    /// <summary>The bucket of <c>Store=s3</c>.</summary>
    public S3Options S3 { get; set; } = new();

    /// <summary>Base64 in a part of a message becomes an attachment where it is longer than this, in characters. 0 to 16 Mi.</summary>
    [Range(0, 16 * 1024 * 1024)]
    public int InlineBytes { get; set; } = 4096;

    /// <summary>An attachment, in bytes. 1 KiB to 1 GiB.</summary>
    [Range(1024, 1024 * 1024 * 1024)]
    public int MaxBytes { get; set; } = 20 * 1024 * 1024;

    /// <summary>All attachments of a user together, in bytes. 0, the default: no limit.</summary>
    [Range(0, long.MaxValue)]
    public long QuotaBytes { get; set; }

    /// <summary>How long attachments are kept that no message refers to. 1 hour to 1 year.</summary>
    [Range(typeof(TimeSpan), "01:00:00", "366.00:00:00")]
    public TimeSpan UnusedFor { get; set; } = TimeSpan.FromDays(1);

    /// <summary>How often to look for such attachments, and for bytes outside of the database that must go. 1 second to 1 day.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan RemoveEvery { get; set; } = TimeSpan.FromMinutes(10);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Store == AttachmentPlace.Directory && string.IsNullOrWhiteSpace(Directory))
        {
            yield return new ValidationResult($"{Section}:{nameof(Directory)} must be given with {Section}:{nameof(Store)}=directory.");
        }

        if (Store == AttachmentPlace.S3 && string.IsNullOrWhiteSpace(S3.Bucket))
        {
            yield return new ValidationResult($"{Section}:S3:{nameof(S3.Bucket)} must be given with {Section}:{nameof(Store)}=s3.");
        }

        if (S3.ServiceUrl is { } url
            && !(url.IsAbsoluteUri && (url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps)))
        {
            yield return new ValidationResult($"{Section}:S3:{nameof(S3.ServiceUrl)} must be an http or https address.");
        }

        if (string.IsNullOrEmpty(S3.AccessKey) != string.IsNullOrEmpty(S3.SecretKey))
        {
            yield return new ValidationResult(
                $"{Section}:S3:{nameof(S3.AccessKey)} and {Section}:S3:{nameof(S3.SecretKey)} must be given together.");
        }
    }
}

public enum AttachmentPlace
{
    /// <summary>The database itself, in pieces.</summary>
    Database,

    /// <summary>Files below <see cref="AttachmentOptions.Directory"/>.</summary>
    Directory,

    /// <summary>An S3-compatible bucket.</summary>
    S3,
}
