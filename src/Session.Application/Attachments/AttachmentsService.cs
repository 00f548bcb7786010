using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using SessionService.Application.Imports;
using SessionService.Application.Time;
using SessionService.Domain.Attachments;
using SessionService.Domain.Errors;

namespace SessionService.Application.Attachments;

/// <summary>Keeps the pictures and files that messages refer to.</summary>
public sealed class AttachmentsService(IAttachmentStore store, IOptions<AttachmentOptions> options, TimeProvider time)
{
    /// <summary>The id that these bytes have as an attachment of this user.</summary>
    public static Guid IdOf(string userId, ReadOnlySpan<byte> sha256) =>
        NameBasedId.Of("attachment", userId, Convert.ToHexStringLower(sha256));

    /// <summary>Keeps bytes that a request holds in memory.</summary>
    /// <inheritdoc cref="AddAsync(string, Stream, byte[], string?, string?, CancellationToken)"/>
    public async Task<AddedAttachment> AddAsync(
        string userId, ReadOnlyMemory<byte> bytes, string? mediaType, string? name, CancellationToken cancellationToken)
    {
        var array = MemoryMarshal.TryGetArray(bytes, out var segment) ? segment : bytes.ToArray();
        await using var content = new MemoryStream(array.Array!, array.Offset, array.Count, writable: false);
        return await AddAsync(userId, content, SHA256.HashData(bytes.Span), mediaType, name, cancellationToken);
    }

    /// <summary>Keeps the bytes of a file.</summary>
    /// <param name="userId">The owner.</param>
    /// <param name="content">The bytes: a stream that can seek.</param>
    /// <param name="sha256">The SHA-256 of the bytes.</param>
    /// <param name="mediaType">A valid media type; <see langword="null"/> where nobody said one.</param>
    /// <param name="name">A valid name, see <see cref="AttachmentNames"/>, if the file has one.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>
    /// The attachment. Where the bytes were there already it keeps its media type and name, but a media type or name that was not known is
    /// filled in.
    /// </returns>
    /// <exception cref="TooLargeException">The attachment is too large, or the user's quota would be exceeded.</exception>
    /// <exception cref="AttachmentStoreException">The bytes cannot be kept at the moment.</exception>
    public Task<AddedAttachment> AddAsync(
        string userId, Stream content, byte[] sha256, string? mediaType, string? name, CancellationToken cancellationToken)
    {
        if (content.Length > options.Value.MaxBytes)
        {
            throw AttachmentErrors.TooLarge(options.Value.MaxBytes);
        }

        var attachment = new StoredAttachment
        {
            UserId = userId,
            AttachmentId = IdOf(userId, sha256),
            Sha256 = sha256,
            Size = content.Length,
            MediaType = mediaType ?? MediaTypes.Unknown,
            Name = name,
        };
        return store.AddAsync(attachment, content, options.Value.QuotaBytes, time.GetDatabaseNow(), cancellationToken);
    }

    /// <summary>
    /// Those of the ids that are no attachment of the user. The others are kept for as long as new ones are, so that a message that is
    /// about to be written can refer to them.
    /// </summary>
    public async Task<IReadOnlyList<Guid>> FindMissingAsync(
        string userId, IReadOnlyCollection<Guid> attachmentIds, CancellationToken cancellationToken)
    {
        if (attachmentIds.Count == 0)
        {
            return [];
        }

        var found = await store.FindAndKeepAsync(userId, [.. attachmentIds.Distinct()], time.GetDatabaseNow(), cancellationToken);
        return [.. attachmentIds.Where(id => !found.Contains(id))];
    }

    /// <exception cref="NotFoundException">The user has no such attachment.</exception>
    public async Task<StoredAttachment> GetAsync(string userId, Guid attachmentId, CancellationToken cancellationToken) =>
        await store.FindAsync(userId, attachmentId, cancellationToken) ?? throw AttachmentErrors.NotFound();

    /// <summary>A range of the bytes, read as they are asked for.</summary>
    /// <exception cref="AttachmentStoreException">The bytes cannot be read at the moment.</exception>
    public Task<Stream> OpenAsync(StoredAttachment attachment, long from, long length, CancellationToken cancellationToken) =>
        store.OpenAsync(attachment, from, length, cancellationToken);

    /// <summary>An attachment with all its bytes; <see langword="null"/> where the user has no such one, or a larger one.</summary>
    /// <exception cref="AttachmentStoreException">The bytes cannot be read at the moment.</exception>
    public async Task<AttachmentContent?> ReadAsync(
        string userId, Guid attachmentId, long maxBytes, CancellationToken cancellationToken)
    {
        if (await store.FindAsync(userId, attachmentId, cancellationToken) is not { } attachment || attachment.Size > maxBytes)
        {
            return null;
        }

        var bytes = new byte[attachment.Size];
        await using var content = await store.OpenAsync(attachment, from: 0, attachment.Size, cancellationToken);
        await content.ReadExactlyAsync(bytes, cancellationToken);
        return new AttachmentContent(attachment, bytes);
    }
}

/// <summary>An attachment with all its bytes.</summary>
public sealed record AttachmentContent(StoredAttachment Attachment, byte[] Bytes);
