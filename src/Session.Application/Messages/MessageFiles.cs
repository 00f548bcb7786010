using System.Text;
using Microsoft.Extensions.Options;
using SessionService.Application.Attachments;
using SessionService.Application.Messages.Parts;
using SessionService.Domain.Errors;
using SessionService.Domain.Messages;

namespace SessionService.Application.Messages;

/// <summary>
/// Moves the files that stand as base64 in the parts of messages into attachments, and puts them back where a reader asks for that.
/// </summary>
public sealed class MessageFiles(AttachmentsService attachments, IOptions<AttachmentOptions> options)
{
    /// <summary>The most base64 that one message is answered with, in characters. The files beyond it stay attachments.</summary>
    public const int MaxRestored = 32 * 1024 * 1024;

    private static readonly byte[] Mark = Encoding.UTF8.GetBytes(PartSource.AttachmentMark);

    /// <summary>The base64 that stays in its part.</summary>
    internal int InlineBytes => options.Value.InlineBytes;

    /// <summary>The files of parts, before anything is stored.</summary>
    /// <param name="userId">The owner.</param>
    /// <param name="parts">The parts of each message; <see langword="null"/> for a text.</param>
    /// <param name="fieldOf">The field of a message's content, for an error.</param>
    /// <param name="cancellationToken">Ends the look-up.</param>
    /// <exception cref="InvalidFieldException">A part refers to an attachment that the user does not have.</exception>
    public async Task<IReadOnlyList<PartFiles?>> FindAsync(
        string userId, IReadOnlyList<string?> parts, Func<int, string> fieldOf, CancellationToken cancellationToken)
    {
        var files = parts.Select(json => json is null ? null : PartFiles.Find(json, options.Value.InlineBytes)).ToList();
        var missing = await attachments.FindMissingAsync(
            userId, [.. files.OfType<PartFiles>().SelectMany(one => one.AttachmentIds)], cancellationToken);
        for (var i = 0; i < files.Count; i++)
        {
            if (files[i]?.References.FirstOrDefault(reference => missing.Contains(reference.AttachmentId)) is { } reference)
            {
                throw MessageErrors.AttachmentNotFound($"{fieldOf(i)}[{reference.PartIndex}]");
            }
        }

        return files;
    }

    /// <summary>Keeps the files as attachments, and answers the parts with references in their place.</summary>
    /// <exception cref="TooLargeException">An attachment is too large, or the user's quota would be exceeded.</exception>
    /// <exception cref="AttachmentStoreException">The bytes cannot be kept at the moment.</exception>
    public async Task<string> KeepAsync(string userId, string parts, PartFiles files, CancellationToken cancellationToken) =>
        (await KeepAsync(userId, [parts], [files], cancellationToken))[0]!;

    /// <summary>Keeps the files of several messages: all of them, or none where one is refused.</summary>
    /// <param name="userId">The owner.</param>
    /// <param name="parts">The parts of each message; <see langword="null"/> for a text.</param>
    /// <param name="files">The files of each message, as they were found.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>The parts of each message with references in place of the files.</returns>
    /// <inheritdoc cref="KeepAsync(string, string, PartFiles, CancellationToken)"/>
    public async Task<IReadOnlyList<string?>> KeepAsync(
        string userId, IReadOnlyList<string?> parts, IReadOnlyList<PartFiles?> files, CancellationToken cancellationToken)
    {
        // What an unknown part calls its media type or its name may be neither.
        var inline = files
            .OfType<PartFiles>()
            .SelectMany(ofMessage => ofMessage.Inline.Select(file => new MessageFile(
                () => ofMessage.Decode(file),
                file.MediaType is { } type && MediaTypes.IsValid(type) ? type : null,
                file.Name is { } name && AttachmentNames.Refuse(name) is null ? name : null)))
            .ToList();
        if (inline.Count == 0)
        {
            return parts;
        }

        var ids = await attachments.AddAllAsync(userId, inline, cancellationToken);
        var kept = parts.ToArray();
        var next = 0;
        for (var i = 0; i < kept.Length; i++)
        {
            if (files[i] is { Inline.Count: > 0 and var count } ofMessage)
            {
                kept[i] = ofMessage.Refer([.. ids.Skip(next).Take(count)]);
                next += count;
            }
        }

        return kept;
    }

    /// <summary>The parts with base64 where it was given; what is beyond <see cref="MaxRestored"/> stays a reference.</summary>
    /// <exception cref="AttachmentStoreException">The bytes cannot be read at the moment.</exception>
    public async Task<ReadOnlyMemory<byte>> RestoreAsync(string userId, ReadOnlyMemory<byte> parts, CancellationToken cancellationToken) =>
        parts.Span.IndexOf(Mark) < 0
            ? parts
            : Encoding.UTF8.GetBytes(await RestoreAsync(userId, Encoding.UTF8.GetString(parts.Span), cancellationToken));

    /// <inheritdoc cref="RestoreAsync(string, ReadOnlyMemory{byte}, CancellationToken)"/>
    public async Task<string> RestoreAsync(string userId, string parts, CancellationToken cancellationToken)
    {
        var files = PartFiles.Find(parts, int.MaxValue);
        var base64 = new Dictionary<Guid, string>();
        long length = 0;
        foreach (var id in files.References.Where(reference => reference.StandsForBase64).Select(reference => reference.AttachmentId))
        {
            if (base64.TryGetValue(id, out var known))
            {
                length += known.Length;
            }
            else if (length < MaxRestored && await attachments.ReadAsync(userId, id, MaxRestored, cancellationToken) is { } content)
            {
                base64.Add(id, Convert.ToBase64String(content.Bytes));
                length += base64[id].Length;
            }
        }

        return files.Restore(base64.GetValueOrDefault);
    }
}
