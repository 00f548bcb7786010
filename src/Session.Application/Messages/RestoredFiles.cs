using System.Text;
using SessionService.Application.Attachments;
using SessionService.Application.Messages.Parts;

namespace SessionService.Application.Messages;

/// <summary>
/// Puts the files of attachments back into the parts where they were given as base64, for one answer. An answer has room for as much base64
/// as a request may hold, so a message always comes back as it was given. Files beyond that stay references.
/// </summary>
public sealed class RestoredFiles(AttachmentsService attachments, string userId, long room)
{
    private static readonly byte[] Mark = Encoding.UTF8.GetBytes(PartSource.AttachmentMark);

    private long _left = room;

    /// <summary>Whether a file stayed a reference because there was no room.</summary>
    public bool IsFull { get; private set; }

    /// <exception cref="AttachmentStoreException">The bytes cannot be read at the moment.</exception>
    public async Task<ReadOnlyMemory<byte>> IntoAsync(ReadOnlyMemory<byte> parts, CancellationToken cancellationToken) =>
        parts.Span.IndexOf(Mark) < 0
            ? parts
            : Encoding.UTF8.GetBytes(await IntoAsync(Encoding.UTF8.GetString(parts.Span), cancellationToken));

    /// <inheritdoc cref="IntoAsync(ReadOnlyMemory{byte}, CancellationToken)"/>
    public async Task<string> IntoAsync(string parts, CancellationToken cancellationToken)
    {
        var files = PartFiles.Find(parts, int.MaxValue);
        var known = new Dictionary<Guid, string?>();
        var given = new Queue<string?>();
        foreach (var id in files.References.Where(reference => reference.StandsForBase64).Select(reference => reference.AttachmentId))
        {
            if (!known.TryGetValue(id, out var base64))
            {
                base64 = await ReadAsync(id, cancellationToken);
                known.Add(id, base64);
            }

            // Each place counts: many places may refer to one attachment.
            base64 = base64?.Length <= _left ? base64 : null;
            IsFull = IsFull || base64 is null;
            _left -= base64?.Length ?? 0;
            given.Enqueue(base64);
        }

        return files.Restore(_ => given.Dequeue());
    }

    private async Task<string?> ReadAsync(Guid id, CancellationToken cancellationToken)
    {
        var maxBytes = (int)Math.Min(_left / 4 * 3, int.MaxValue);
        return await attachments.ReadAsync(userId, id, maxBytes, cancellationToken) is { } content
            ? Convert.ToBase64String(content.Bytes)
            : null;
    }
}
