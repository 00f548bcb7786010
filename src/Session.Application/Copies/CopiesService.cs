using SessionService.Application.Attachments;
using SessionService.Application.Files;
using SessionService.Application.Idempotency;
using SessionService.Application.Sessions;
using SessionService.Application.Time;
using SessionService.Domain.Attachments;
using SessionService.Domain.Errors;
using SessionService.Domain.Identity;
using SessionService.Domain.Sessions;

namespace SessionService.Application.Copies;

/// <summary>Copies sessions for other users.</summary>
public sealed class CopiesService(ICopyStore copies, IAttachmentStore store, AttachmentsService attachments, TimeProvider time)
{
    /// <param name="userId">The owner of the session.</param>
    /// <param name="sessionId">The session.</param>
    /// <param name="request">A valid request. Whether the caller may act for its user is decided before.</param>
    /// <param name="idempotencyKey">The key of the session's owner, if the request has one.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="NotFoundException">The user has no such session.</exception>
    /// <exception cref="ConflictException">The session has too many messages, or the key was used for another request.</exception>
    /// <exception cref="TooLargeException">The attachments would exceed the recipient's quota.</exception>
    /// <exception cref="AttachmentStoreException">The bytes of attachments cannot be read or kept at the moment.</exception>
    public async Task<Written<SessionResponse>> CopyAsync(
        string userId, Guid sessionId, CopySessionRequest request, string? idempotencyKey, CancellationToken cancellationToken)
    {
        var recipientId = UserIds.Normalize(request.UserId)!;
        var key = IdempotencyKey.Of(idempotencyKey, $"copy_session {sessionId}", request);
        var copied = new Dictionary<Guid, CopiedAttachment>();
        while (true)
        {
            var now = time.GetDatabaseNow();
            var result = await copies.CopyAsync(
                new SessionCopy(userId, sessionId, recipientId, Guid.CreateVersion7(now), copied, key, now), cancellationToken);
            switch (result.Outcome)
            {
                case CopyOutcome.Created or CopyOutcome.Replayed:
                    return new Written<SessionResponse>(result.Session!, result.Outcome == CopyOutcome.Replayed);

                case CopyOutcome.TooLarge:
                    throw SessionErrors.CopyTooLarge(ICopyStore.MaxMessages);

                case CopyOutcome.SessionNotFound:
                    throw SessionErrors.NotFound();
            }

            // Bytes come before what refers to them. While new messages bring new attachments, the next attempt names those.
            foreach (var attachmentId in result.Missing!)
            {
                if (await CopyAsync(userId, attachmentId, recipientId, cancellationToken) is { } one)
                {
                    copied[attachmentId] = one;
                }
            }
        }
    }

    /// <summary>Copies an attachment; <see langword="null"/> where it has been removed meanwhile.</summary>
    private async Task<CopiedAttachment?> CopyAsync(
        string userId, Guid attachmentId, string recipientId, CancellationToken cancellationToken)
    {
        if (await store.FindAsync(userId, attachmentId, cancellationToken) is not { } original)
        {
            return null;
        }

        var id = AttachmentsService.IdOf(recipientId, original.Sha256);
        if ((await attachments.FindMissingAsync(recipientId, [id], cancellationToken)).Count == 0)
        {
            return new CopiedAttachment(id, IsThere: true);
        }

        try
        {
            await using var content = await store.OpenAsync(original, from: 0, original.Size, cancellationToken);
            await using var file = await TemporaryFile.KeepAsync(
                content, "session-copy", original.Size, onRead: null, () => AttachmentErrors.TooLarge(original.Size), cancellationToken);
            await attachments.AddAsync(recipientId, file, original.Sha256, original.MediaType, original.Name, cancellationToken);
            return new CopiedAttachment(id, IsThere: true);
        }
        catch (AttachmentLostException)
        {
            // What refers to it can still be read, there as here.
            return new CopiedAttachment(id, IsThere: false);
        }
        catch (NotFoundException)
        {
            return null;
        }
    }
}
