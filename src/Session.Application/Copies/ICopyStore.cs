using SessionService.Application.Forks;
using SessionService.Application.Idempotency;
using SessionService.Application.Sessions;
using SessionService.Domain.Errors;

namespace SessionService.Application.Copies;

/// <summary>Copies sessions for other users.</summary>
public interface ICopyStore
{
    /// <summary>The most messages of a copy, since they are copied in one transaction.</summary>
    const long MaxMessages = IForkStore.MaxMessages;

    /// <summary>
    /// Creates the session of another user with copies of a session's messages, branches and memory. All or nothing, unless the key was
    /// used before.
    /// </summary>
    /// <exception cref="ConflictException">The key belongs to another request.</exception>
    Task<CopyResult> CopyAsync(SessionCopy copy, CancellationToken cancellationToken);
}

/// <summary>A copy to create.</summary>
/// <param name="UserId">The owner of the original, and of the key.</param>
/// <param name="SourceId">The original session.</param>
/// <param name="RecipientId">The owner of the copy.</param>
/// <param name="SessionId">The id of the copy.</param>
/// <param name="Attachments">The attachments of the recipient that take the place of those of the original.</param>
public sealed record SessionCopy(
    string UserId,
    Guid SourceId,
    string RecipientId,
    Guid SessionId,
    IReadOnlyDictionary<Guid, CopiedAttachment> Attachments,
    IdempotencyKey? Key,
    DateTimeOffset Now);

/// <param name="AttachmentId">The id that the bytes have as an attachment of the recipient.</param>
/// <param name="IsThere">Whether the recipient has the attachment; false where the bytes of the original are lost.</param>
public readonly record struct CopiedAttachment(Guid AttachmentId, bool IsThere);

/// <summary>The result of a copy.</summary>
/// <param name="Outcome">Whether the copy exists, or why not.</param>
/// <param name="Session">The copy, also when an earlier request with the same key created it.</param>
/// <param name="Missing">The attachments of the original that the recipient has to have first.</param>
public sealed record CopyResult(CopyOutcome Outcome, SessionResponse? Session = null, IReadOnlyList<Guid>? Missing = null);

public enum CopyOutcome
{
    Created,

    /// <summary>An earlier request with the same key created the copy.</summary>
    Replayed,

    SessionNotFound,

    TooLarge,

    /// <summary>Messages refer to attachments for which no attachment of the recipient is known.</summary>
    AttachmentsMissing,
}
