namespace SessionService.Infrastructure.Persistence.Tables;

/// <summary>A picture or file that messages refer to. The same bytes of the same user are one attachment.</summary>
public sealed class Attachment
{
    public required string UserId { get; init; }

    public required Guid AttachmentId { get; init; }

    public required byte[] Sha256 { get; init; }

    /// <summary>Bytes.</summary>
    public required long Size { get; init; }

    public required string MediaType { get; init; }

    public string? Name { get; init; }

    /// <summary>Where the bytes are, in the bucket or the directory; <see langword="null"/> where they are in the database.</summary>
    public string? ObjectKey { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When the bytes last came. An attachment that no message refers to is removed a day later.</summary>
    public required DateTimeOffset UploadedAt { get; init; }
}
