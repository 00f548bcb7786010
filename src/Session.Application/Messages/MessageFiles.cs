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
    public async Task<string> KeepAsync(string userId, string parts, PartFiles files, CancellationToken cancellationToken)
    {
        if (files.Inline.Count == 0)
        {
            return parts;
        }

        var ids = new List<Guid>(files.Inline.Count);
        foreach (var file in files.Inline)
        {
            var name = file.Name is { } given && AttachmentNames.Refuse(given) is null ? given : null;
            var added = await attachments.AddAsync(userId, files.Decode(file), file.MediaType, name, cancellationToken);
            ids.Add(added.Attachment.AttachmentId);
        }

        return files.Refer(ids);
    }

    /// <summary>Puts files back into the messages of one answer.</summary>
    public RestoredFiles ForAnswer(string userId) => new(attachments, userId, limits.Value.MaxBodyBytes);
}
