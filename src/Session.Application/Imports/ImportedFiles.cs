using System.Security.Cryptography;
using SessionService.Application.Attachments;
using SessionService.Application.Exports;
using SessionService.Application.Json;
using SessionService.Application.Messages;
using SessionService.Application.Messages.Parts;
using SessionService.Domain.Errors;
using SessionService.Domain.Messages;

namespace SessionService.Application.Imports;

/// <summary>
/// Stores the files of an import: attachments, which stand in lines of their own, and base64 in the parts of messages, which becomes
/// attachments. Then the messages refer to attachments of this user.
/// </summary>
internal sealed class ImportedFiles(
    string userId,
    ImportChoices choices,
    ImportedAttachments imported,
    AttachmentsService attachments,
    MessageFiles files)
{
    /// <summary>Takes a line.</summary>
    /// <returns>
    /// The line as it is to be stored, or a refused one in its place; <see langword="null"/> where nothing is left to store.
    /// </returns>
    /// <exception cref="AttachmentStoreException">Bytes cannot be kept at the moment.</exception>
    public async Task<ImportLine?> TakeAsync(ImportLine line, CancellationToken cancellationToken)
    {
        if (line is ValidLine<AttachmentLine> attachment)
        {
            return await imported.AddAsync(attachment.Content, cancellationToken) is { } refusal
                ? Refuse(line, ImportKind.Attachment, refusal)
                : null;
        }

        await imported.DropAsync();
        return line switch
        {
            ValidLine<MessageLine> message => await OfAsync(message, cancellationToken),
            ValidConversation conversation => await OfAsync(conversation, cancellationToken),
            _ => line,
        };
    }

    private async Task<ImportLine> OfAsync(ValidLine<MessageLine> line, CancellationToken cancellationToken)
    {
        var (message, refusal) = await OfAsync(line.Content, prefix: "", cancellationToken);
        return refusal is null ? line with { Content = message } : Refuse(line, ImportKind.Message, refusal);
    }

    private async Task<ImportLine> OfAsync(ValidConversation conversation, CancellationToken cancellationToken)
    {
        var messages = new List<MessageLine>(conversation.Messages.Count);
        for (var i = 0; i < conversation.Messages.Count; i++)
        {
            var (message, refusal) = await OfAsync(conversation.Messages[i], $"messages[{i}].", cancellationToken);
            if (refusal is not null)
            {
                return Refuse(conversation, ImportKind.Session, refusal);
            }

            messages.Add(message);
        }

        return conversation with { Messages = messages };
    }

    private async Task<(MessageLine Message, ImportRefusal? Refusal)> OfAsync(
        MessageLine message, string prefix, CancellationToken cancellationToken)
    {
        if (GivenMessage.PartsOf(message) is not { } parts)
        {
            return (message, null);
        }

        try
        {
            var stored = await KeepAsync(parts, prefix, cancellationToken);
            var isSame = string.Equals(stored, parts, StringComparison.Ordinal);
            return (isSame ? message : message with { Parts = new JsonText(stored) }, null);
        }
        catch (InvalidFieldException exception)
        {
            return (message, new ImportRefusal(exception.Code, $"{exception.Field}: {exception.Reason}"));
        }
        catch (TooLargeException exception)
        {
            return (message, new ImportRefusal(exception.Code, exception.Message));
        }
    }

    private async Task<string> KeepAsync(string parts, string prefix, CancellationToken cancellationToken)
    {
        var found = PartFiles.Find(parts, files.InlineBytes);
        if (found.AttachmentIds.Any(id => imported.IdOf(id) != id))
        {
            parts = found.Rename(imported.IdOf);
            found = PartFiles.Find(parts, files.InlineBytes);
        }

        var missing = await attachments.FindMissingAsync(
            userId, [.. found.AttachmentIds.Where(id => !imported.WouldHave(id))], cancellationToken);
        if (found.References.FirstOrDefault(reference => missing.Contains(reference.AttachmentId)) is { } reference)
        {
            throw MessageErrors.AttachmentNotFound($"{prefix}parts[{reference.PartIndex}]");
        }

        return choices.IsDryRun
            ? found.Refer([.. found.Inline.Select(file => AttachmentsService.IdOf(userId, SHA256.HashData(found.Decode(file))))])
            : await files.KeepAsync(userId, parts, found, cancellationToken);
    }

    private static RefusedLine Refuse(ImportLine line, ImportKind kind, ImportRefusal refusal) =>
        new(line.Number, kind, refusal) { File = line.File };
}
