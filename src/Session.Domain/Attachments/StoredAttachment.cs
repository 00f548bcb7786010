namespace SessionService.Domain.Attachments;

/// <summary>A picture or file of a user, without its bytes.</summary>
public sealed record StoredAttachment
{
    public required string UserId { get; init; }

    /// <summary>Derived from owner and bytes: the same bytes of the same user are one attachment.</summary>
    public required Guid AttachmentId { get; init; }

    public required byte[] Sha256 { get; init; }

    /// <summary>Bytes.</summary>
    public required long Size { get; init; }

    /// <summary>As the client said.</summary>
    public required string MediaType { get; init; }

    public string? Name { get; init; }

    /// <summary>Where the bytes are outside of the database; <see langword="null"/> where they are in it.</summary>
    public string? ObjectKey { get; init; }
}
