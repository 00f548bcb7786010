using Microsoft.Extensions.Options;
using SessionService.Application.Attachments;
using SessionService.Application.Limits;
using SessionService.Application.Messages.Parts;
using SessionService.Domain.Errors;
using SessionService.Domain.Messages;

namespace SessionService.Application.Messages;

/// <summary>
/// Moves the files that stand as base64 in the parts of messages into attachments, and puts them back where a reader asks for that.
/// </summary>
public sealed class MessageFiles(AttachmentsService attachments, IOptions<AttachmentOptions> options, IOptions<LimitOptions> limits)
{
    /// <summary>The base64 that stays in its part.</summary>
    internal int InlineBytes => options.Value.InlineBytes;

    /// <summary>Whether parts may hold files or refer to any.</summary>
    public bool MayHaveFiles(string? parts) =>
        parts is not null && (parts.Length > options.Value.InlineBytes || PartFiles.MayRefer(parts));

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

    /// <summary>Puts files back into the messages of one answer.</summary>
    public RestoredFiles ForAnswer(string userId) => new(attachments, userId, limits.Value.MaxBodyBytes);
}
