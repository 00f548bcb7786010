using System.ComponentModel;

namespace SessionService.Application.Attachments;

/// <summary>An S3-compatible bucket for the bytes of attachments.</summary>
public sealed class S3Options
{
    /// <summary>The bucket. It must exist.</summary>
    public string? Bucket { get; set; }

    /// <summary>What all keys begin with, so that others can use the bucket too.</summary>
    public string Prefix { get; set; } = "attachments/";

    /// <summary>The address of the service, where it is not Amazon's.</summary>
    public Uri? ServiceUrl { get; set; }

    /// <summary>The region, which is part of the signature.</summary>
    public string Region { get; set; } = "us-east-1";

    /// <summary>Without it the credentials are looked for as Amazon's SDK does: environment, profile, role of the machine.</summary>
    public string? AccessKey { get; set; }

    /// <summary>The secret of <see cref="AccessKey"/>.</summary>
    [PasswordPropertyText(true)]
    public string? SecretKey { get; set; }

    /// <summary>Whether the bucket is the first part of the path, as most services other than Amazon's want it.</summary>
    public bool ForcePathStyle { get; set; } = true;
}
