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

        var attachment = NewAttachment(userId, sha256, content.Length, mediaType, name);
        return store.AddAsync(attachment, content, options.Value.QuotaBytes, time.GetDatabaseNow(), cancellationToken);
    }

    /// <summary>Keeps the files of messages: all of them, or none where one is refused.</summary>
    /// <param name="userId">The owner.</param>
    /// <param name="files">The files, each as often as the messages hold it.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>The attachment of each file.</returns>
    /// <exception cref="TooLargeException">A file is too large, or the user's quota would be exceeded.</exception>
    /// <exception cref="AttachmentStoreException">The bytes cannot be kept at the moment.</exception>
    public async Task<IReadOnlyList<Guid>> AddAllAsync(
        string userId, IReadOnlyList<MessageFile> files, CancellationToken cancellationToken)
    {
        var ids = new List<Guid>(files.Count);
        var byId = new Dictionary<Guid, (StoredAttachment Attachment, Func<Stream> Open)>();
        foreach (var file in files)
        {
            // Read now for the hash and again when they are kept, so that the bytes of one file at a time are in memory.
            var bytes = file.Read();
            if (bytes.Length > options.Value.MaxBytes)
            {
                throw AttachmentErrors.TooLarge(options.Value.MaxBytes);
            }

            var attachment = NewAttachment(userId, SHA256.HashData(bytes), bytes.Length, file.MediaType, file.Name);
            ids.Add(attachment.AttachmentId);
            byId.TryAdd(attachment.AttachmentId, (attachment, () => new MemoryStream(file.Read(), writable: false)));
        }

        var missing = await FindMissingAsync(userId, byId.Keys, cancellationToken);
        if (missing.Count > 0)
        {
            await store.AddAllAsync(
                userId, [.. missing.Select(id => byId[id])], options.Value.QuotaBytes, time.GetDatabaseNow(), cancellationToken);
        }

        return ids;
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

    /// <summary>
    /// An attachment with all its bytes; <see langword="null"/> where the user has no such one, or a larger one, or its bytes are lost.
    /// </summary>
    /// <exception cref="AttachmentStoreException">The bytes cannot be read at the moment.</exception>
    public async Task<AttachmentContent?> ReadAsync(
        string userId, Guid attachmentId, long maxBytes, CancellationToken cancellationToken)
    {
        if (await store.FindAsync(userId, attachmentId, cancellationToken) is not { } attachment || attachment.Size > maxBytes)
        {
            return null;
        }

        try
        {
            var bytes = new byte[attachment.Size];
            await using var content = await store.OpenAsync(attachment, from: 0, attachment.Size, cancellationToken);
            await content.ReadExactlyAsync(bytes, cancellationToken);
            return new AttachmentContent(attachment, bytes);
        }
        catch (Exception exception) when (exception is NotFoundException or AttachmentLostException)
        {
            // Removed meanwhile, or lost: what refers to it can still be read.
            return null;
        }
    }

    private static StoredAttachment NewAttachment(string userId, byte[] sha256, long size, string? mediaType, string? name) => new()
    {
        UserId = userId,
        AttachmentId = IdOf(userId, sha256),
        Sha256 = sha256,
        Size = size,
        MediaType = mediaType ?? MediaTypes.Unknown,
        Name = name,
    };
}

/// <summary>A file that a message holds.</summary>
/// <param name="Read">Its bytes, each time anew.</param>
/// <param name="MediaType">A valid media type; <see langword="null"/> where nobody said one.</param>
/// <param name="Name">A valid name, if the file has one.</param>
public sealed record MessageFile(Func<byte[]> Read, string? MediaType, string? Name);

/// <summary>An attachment with all its bytes.</summary>
public sealed record AttachmentContent(StoredAttachment Attachment, byte[] Bytes);
