namespace SessionService.Client;

/// <summary>An attachment, without its bytes.</summary>
public sealed class AttachmentResponse
{
    /// <summary>What parts of messages name as <c>attachment_id</c>. It follows from the user and the bytes.</summary>
    public Guid AttachmentId { get; set; }

    /// <summary>The SHA-256 of the bytes, in hexadecimal; also the <c>ETag</c> of the bytes.</summary>
    public string Sha256 { get; set; } = "";

    /// <summary>The number of bytes.</summary>
    public long Size { get; set; }

    /// <summary>The media type, as it was said when the bytes first came.</summary>
    public string MediaType { get; set; } = "";

    /// <summary>The name of the file; null where nobody said one.</summary>
    public string? Name { get; set; }
}
