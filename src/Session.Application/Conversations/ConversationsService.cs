using SessionService.Application.Attachments;
using SessionService.Application.Erasure;
using SessionService.Application.Idempotency;
using SessionService.Application.Imports;
using SessionService.Application.Json;
using SessionService.Application.Preconditions;
using SessionService.Application.Sessions;
using SessionService.Application.Time;
using SessionService.Domain.Conversations;
using SessionService.Domain.Errors;
using SessionService.Domain.Idempotency;
using SessionService.Domain.Sessions;

namespace SessionService.Application.Conversations;

/// <summary>OpenAI's conversations. Each is a session.</summary>
public sealed class ConversationsService(
    ISessionStore sessions, ConversationItemsService items, ISessionDataStore data, TimeProvider time)
{
    /// <summary>
    /// Creates a session, and then adds the items to it. Sent again with its key, a request that was broken off in between adds the items.
    /// </summary>
    /// <exception cref="InvalidFieldException">Metadata or items are not what that API takes.</exception>
    /// <exception cref="ConflictException">The key was used for another request.</exception>
    public async Task<Written<ConversationResponse>> CreateAsync(
        string userId, CreateConversationRequest request, string? idempotencyKey, CancellationToken cancellationToken)
    {
        var metadata = ConversationMetadata.Read(request.Metadata);
        var given = request.Items is null ? [] : await items.ReadAsync(request.Items, cancellationToken);
        if (given.FirstOrDefault(item => item.Reference is not null) is { } reference)
        {
            throw new InvalidFieldException(reference.Field, "refers to an item that the conversation does not have");
        }

        var now = time.GetDatabaseNow();
        var session = Session.Start(
            userId,
            Guid.CreateVersion7(now),
            title: null,
            conversationData: null,
            ConversationMetadata.Replace("{}", metadata),
            now);
        var key = IdempotencyKey.Of(idempotencyKey, "create_conversation", request);
        var result = await sessions.CreateAsync(session, hasOwnId: false, key, cancellationToken);
        if (result.Outcome == CreateOutcome.KeyReused)
        {
            throw IdempotencyErrors.KeyReused();
        }

        if (given.Count > 0)
        {
            // With ids that follow from the conversation, so that a repetition adds nothing.
            var messages = given.Select((item, i) => item.New!.ToMessage(IdOf(result.Session.SessionId, i))).ToList();
            await items.AppendAsync(userId, result.Session.SessionId, messages, key: null, cancellationToken);
        }

        return new Written<ConversationResponse>(ToResponse(result.Session), result.Outcome == CreateOutcome.Replayed);

        Guid? IdOf(Guid sessionId, int index) =>
            key is null ? null : NameBasedId.Of("conversation", sessionId.ToString(), FormattableString.Invariant($"{index}"));
    }

    /// <exception cref="NotFoundException">The user has no such conversation.</exception>
    public async Task<ConversationResponse> GetAsync(string userId, Guid sessionId, CancellationToken cancellationToken) =>
        ToResponse(await sessions.FindAsync(userId, sessionId, cancellationToken) ?? throw ConversationErrors.NotFound());

    /// <summary>Replaces the strings of the session's metadata.</summary>
    /// <exception cref="NotFoundException">The user has no such conversation.</exception>
    /// <exception cref="InvalidFieldException">The metadata are not what that API takes.</exception>
    public async Task<ConversationResponse> UpdateAsync(
        string userId, Guid sessionId, UpdateConversationRequest request, CancellationToken cancellationToken)
    {
        if (request.Metadata is null && !((IKnowsNulls)request).Nulls.Contains("metadata"))
        {
            throw new InvalidFieldException("metadata", "is required");
        }

        var metadata = ConversationMetadata.Read(request.Metadata);
        var session = await sessions.ChangeAsync(userId, sessionId, Replace, cancellationToken) ?? throw ConversationErrors.NotFound();
        return ToResponse(session);

        // Under the session's lock, so that nothing written meanwhile is lost.
        void Replace(Session found) => found.Update(
            SessionChanges.None with { Metadata = ConversationMetadata.Replace(found.Metadata, metadata) }, time.GetDatabaseNow());
    }

    /// <summary>Deletes the session for good.</summary>
    /// <exception cref="NotFoundException">The user has no such conversation.</exception>
    /// <exception cref="AttachmentStoreException">Bytes are left in the bucket or directory. Another call removes them.</exception>
    public async Task<ConversationDeletedResponse> DeleteAsync(string userId, Guid sessionId, CancellationToken cancellationToken)
    {
        try
        {
            await data.EraseAsync(userId, sessionId, Precondition.None, cancellationToken);
            return new ConversationDeletedResponse { Id = ConversationIds.Of(sessionId) };
        }
        catch (NotFoundException)
        {
            throw ConversationErrors.NotFound();
        }
    }

    private static ConversationResponse ToResponse(Session session) => new()
    {
        Id = ConversationIds.Of(session.SessionId),
        CreatedAt = session.CreatedAt.ToUnixTimeSeconds(),
        Metadata = ConversationMetadata.Strings(session.Metadata),
    };
}
