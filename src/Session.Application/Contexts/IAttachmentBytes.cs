namespace SessionService.Application.Contexts;

/// <summary>The bytes of attachments, for a context that holds them as data.</summary>
public interface IAttachmentBytes
{
    /// <summary>The attachment; <see langword="null"/> where the user has no such attachment or where the bytes are too many.</summary>
    Task<AttachmentBytes?> ReadAsync(string userId, Guid attachmentId, int maxBytes, CancellationToken cancellationToken);
}

/// <summary>An attachment in memory.</summary>
public sealed record AttachmentBytes(ReadOnlyMemory<byte> Bytes, string MediaType, string? Name);
