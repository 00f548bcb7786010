using AutoMapper;
using Microsoft.Extensions.Options;
using SessionService.Application.Branches;
using SessionService.Application.Deltas;
using SessionService.Application.Feedback;
using SessionService.Application.Idempotency;
using SessionService.Application.Imports;
using SessionService.Application.Json;
using SessionService.Application.Messages.Parts;
using SessionService.Application.Sessions;
using SessionService.Application.Time;
using SessionService.Domain.Conversations;
using SessionService.Domain.Errors;
using SessionService.Domain.Idempotency;
using SessionService.Domain.Messages;
using SessionService.Domain.Sessions;

namespace SessionService.Application.Messages;

/// <summary>Appends, reads and redacts messages.</summary>
public sealed class MessagesService(
    IMessageStore messages,
    IMessageReader reader,
    IMessageRedaction redaction,
    ISessionStore sessions,
    BranchesService branches,
    MessageFiles files,
    FeedbackService feedback,
    OpenMessages open,
    IOptions<DeltaOptions> deltas,
    IMapper mapper,
    TimeProvider time)
{
    private static readonly MessageSelection NoMessage = new() { Order = MessageOrder.OldestFirst, Take = 0 };

    /// <exception cref="NotFoundException">The user has no such session.</exception>
    /// <exception cref="ConflictException">
    /// The session has ended, the number is not the expected one, or a key or id belongs to another request or message.
    /// </exception>
    public async Task<Written<MessageResponse>> AppendAsync(
        string userId, Guid sessionId, CreateMessageRequest request, string? idempotencyKey, CancellationToken cancellationToken)
    {
        var key = IdempotencyKey.Of(idempotencyKey, $"append_message {sessionId}", request);
        var written = await AppendAsync(
            userId, sessionId, [request], request.ExpectedSequence, key, _ => "content", cancellationToken, mayOpen: true);
        return new Written<MessageResponse>(mapper.Map<MessageResponse>(written.Resource[0]), written.IsReplay);
    }

    /// <inheritdoc cref="AppendAsync(string, Guid, CreateMessageRequest, string?, CancellationToken)"/>
    public async Task<Written<MessageBatchResponse>> AppendBatchAsync(
        string userId, Guid sessionId, CreateMessageBatchRequest request, string? idempotencyKey, CancellationToken cancellationToken)
    {
        var key = IdempotencyKey.Of(idempotencyKey, $"append_messages {sessionId}", request);
        var written = await AppendAsync(
            userId,
            sessionId,
            request.Messages!,
            request.ExpectedSequence,
            key,
            i => $"messages[{i}].content",
            cancellationToken,
            mayOpen: true);
        var responses = mapper.Map<List<MessageResponse>>(written.Resource);
        return new Written<MessageBatchResponse>(
            new MessageBatchResponse { Messages = responses, Total = responses.Count }, written.IsReplay);
    }

    /// <summary>Starts to read a page. The caller reads the messages and disposes of the page.</summary>
    /// <exception cref="NotFoundException">The user has no such session, or the session no such branch.</exception>
    public async Task<IMessagePage> ReadAsync(
        string userId, Guid sessionId, ListMessagesQuery query, CancellationToken cancellationToken)
    {
        var path = await branches.ChooseAsync(userId, sessionId, query.Branch, cancellationToken, query.IncludesOpen());
        IMessagePage page = query.Metadata is null
            ? await MessagePage.OpenAsync(reader, userId, sessionId, query, path, cancellationToken)
            : await MatchedMessagePage.OpenAsync(reader, userId, sessionId, query, path, cancellationToken);
        if (BranchChoice.Parse(query.Branch).IsAll)
        {
            // After the page, so that the branches of all its messages are known.
            page.Parents = await branches.ReadParentsAsync(userId, sessionId, cancellationToken);
        }

        return page;
    }

    /// <exception cref="NotFoundException">The user has no such session, or no such message in it.</exception>
    public async Task<MessageResponse> GetAsync(
        string userId, Guid sessionId, long sequence, GetMessageQuery query, CancellationToken cancellationToken)
    {
        MessagePosition[] position = sequence > 0 ? [new MessagePosition(sessionId, sequence)] : [];
        if (await reader.FindAsync(userId, position, cancellationToken) is [var message])
        {
            (string Content, string? Parts)? grown = null;
            if (message.Status == MessageStatuses.InProgress)
            {
                grown = await open.Of(userId, sessionId).FindAsync(sequence, message.Content, message.Parts, cancellationToken);
                if (grown is null && await reader.FindAsync(userId, position, cancellationToken) is [var closed])
                {
                    message = closed;
                }
            }

            var response = mapper.Map<MessageResponse>(message);
            if (message.Parts is null && EarlierParts.Of(message.Content, message.MessageType, message.Metadata) is var (earlier, metadata))
            {
                (response.Parts, response.Metadata) = (new JsonText(earlier), new JsonText(metadata));
            }

            var stored = message.Parts;
            if (grown is not null)
            {
                (response.Content, stored) = grown.Value;
                response.Parts = stored is null ? null : new JsonText(stored);
            }

            if (query.Attachments is not null && stored is { } parts)
            {
                response.Parts = new JsonText(await files.ForAnswer(userId).IntoAsync(parts, cancellationToken));
            }

            if (query.Include is not null)
            {
                response.Feedback = await feedback.ForAnswer(userId, sessionId).OfAsync(sequence, cancellationToken);
            }

            return response;
        }

        // Only now is the session looked for, to tell which of the two there is not.
        using var portion = await reader.ReadAsync(userId, sessionId, NoMessage, cancellationToken) ?? throw SessionErrors.NotFound();
        throw MessageErrors.NotFound();
    }

    /// <summary>Redacts a message, and removes it from the conversation if asked for. Doing it again changes nothing.</summary>
    /// <exception cref="NotFoundException">The user has no such session, or no such message in it.</exception>
    /// <exception cref="ConflictException">Too many messages were removed between others.</exception>
    public async Task<MessageResponse> RedactAsync(
        string userId, Guid sessionId, long sequence, DeleteMessageQuery query, CancellationToken cancellationToken)
    {
        var result = await redaction.RedactAsync(
            new Redaction(userId, sessionId, sequence, Removes: query.Mode is DeleteMessageQuery.Remove, time.GetDatabaseNow()),
            cancellationToken);
        return result.Outcome switch
        {
            RedactOutcome.Redacted => mapper.Map<MessageResponse>(result.Message),
            RedactOutcome.MessageNotFound => throw MessageErrors.NotFound(),
            RedactOutcome.MessageInProgress => throw MessageErrors.InProgress(),
            _ => throw SessionErrors.NotFound(),
        };
    }

    /// <param name="userId">The owner.</param>
    /// <param name="sessionId">The session.</param>
    /// <param name="requests">The messages, which are valid.</param>
    /// <param name="expectedSequence">The number that the first must get.</param>
    /// <param name="key">The key of the write.</param>
    /// <param name="fieldOf">The field of a message's content, for an error.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <param name="mayOpen">Whether a message with the status <c>in_progress</c> takes deltas; otherwise it stays as it is.</param>
    /// <inheritdoc cref="AppendAsync(string, Guid, CreateMessageRequest, string?, CancellationToken)"/>
    internal async Task<Written<IReadOnlyList<SessionMessage>>> AppendAsync(
        string userId,
        Guid sessionId,
        IReadOnlyList<CreateMessageRequest> requests,
        long? expectedSequence,
        IdempotencyKey? key,
        Func<int, string> fieldOf,
        CancellationToken cancellationToken,
        bool mayOpen = false)
    {
        var result = await AppendOnceAsync();
        if (result.Outcome == AppendOutcome.AttachmentNotFound)
        {
            // Bytes that were known had gone before the message came, as with the last other message that referred to them.
            result = await AppendOnceAsync();
        }

        return result.Outcome switch
        {
            AppendOutcome.Appended => new Written<IReadOnlyList<SessionMessage>>(result.Messages, IsReplay: false),
            AppendOutcome.Replayed => new Written<IReadOnlyList<SessionMessage>>(result.Messages, IsReplay: true),
            AppendOutcome.SessionEnded => throw SessionErrors.Ended(),
            AppendOutcome.SequenceMismatch => throw MessageErrors.SequenceMismatch(expectedSequence!.Value, result.NextSequence),
            AppendOutcome.KeyReused => throw IdempotencyErrors.KeyReused(),
            AppendOutcome.MessageIdTaken => throw MessageErrors.IdTaken(),
            AppendOutcome.AttachmentNotFound => throw MessageErrors.AttachmentNotFound(),
            AppendOutcome.TooManyOpen => throw MessageErrors.TooManyOpen(deltas.Value.MaxOfSession, deltas.Value.MaxOfUser),
            AppendOutcome.ItemIdTaken => throw ConversationErrors.ItemIdTaken("items"),
            _ => throw SessionErrors.NotFound(),
        };

        async Task<AppendResult> AppendOnceAsync()
        {
            IReadOnlyList<string?> parts = [.. requests.Select(GivenMessage.PartsOf)];
            if (parts.Any(files.MayHaveFiles))
            {
                // A repetition keeps no files: its message may have been redacted since.
                if (key is not null && await messages.FindByKeyAsync(userId, key, cancellationToken) is { } before)
                {
                    return before;
                }

                parts = await KeepFilesAsync(userId, sessionId, requests, expectedSequence, parts, fieldOf, cancellationToken);
            }

            var now = time.GetDatabaseNow();
            var append = new Append
            {
                UserId = userId,
                SessionId = sessionId,
                Messages = [.. requests.Select((request, i) => NewMessage(userId, sessionId, request, parts[i], now, mayOpen))],
                Opening = mayOpen && requests.Any(request => request.IsInProgress)
                    ? new Opening(deltas.Value.MaxOfSession, deltas.Value.MaxOfUser, deltas.Value.AbandonedAfter)
                    : null,
                ExpectedSequence = expectedSequence,
                Key = key,
                Now = now,
            };
            return await messages.AppendAsync(append, cancellationToken);
        }
    }

    /// <summary>Moves the files of messages into attachments.</summary>
    /// <returns>The parts of each message, with references in place of the files.</returns>
    private async Task<IReadOnlyList<string?>> KeepFilesAsync(
        string userId,
        Guid sessionId,
        IReadOnlyList<CreateMessageRequest> requests,
        long? expectedSequence,
        IReadOnlyList<string?> parts,
        Func<int, string> fieldOf,
        CancellationToken cancellationToken)
    {
        var found = await files.FindAsync(userId, parts, fieldOf, cancellationToken);
        if (found.Any(one => one is { Inline.Count: > 0 }))
        {
            await CheckAsync(userId, sessionId, requests, expectedSequence, cancellationToken);
        }

        return await files.KeepAsync(userId, parts, found, cancellationToken);
    }

    /// <summary>Refuses what the session would refuse, before files are kept. A repetition, by its ids, is left to the store.</summary>
    private async Task CheckAsync(
        string userId,
        Guid sessionId,
        IReadOnlyList<CreateMessageRequest> requests,
        long? expectedSequence,
        CancellationToken cancellationToken)
    {
        var session = await sessions.FindAsync(userId, sessionId, cancellationToken) ?? throw SessionErrors.NotFound();
        if (requests.Any(request => request.MessageId is not null))
        {
            return;
        }

        if (session.Status == SessionStatus.Ended)
        {
            throw SessionErrors.Ended();
        }

        if (expectedSequence is { } expected && expected != session.MessageCount + 1)
        {
            throw MessageErrors.SequenceMismatch(expected, session.MessageCount + 1);
        }
    }

    private static NewMessage NewMessage(
        string userId, Guid sessionId, CreateMessageRequest request, string? json, DateTimeOffset now, bool mayOpen)
    {
        var parts = json is null ? null : MessageParts.Read(json);
        var message = new SessionMessage
        {
            UserId = userId,
            SessionId = sessionId,
            MessageId = request.MessageId ?? Guid.CreateVersion7(now),
            Role = request.Role!,
            Content = parts?.Text ?? request.Content?.Text ?? "",
            Parts = json,
            Name = request.Name,
            Status = request.Status ?? MessageStatuses.Completed,
            MessageType = request.MessageType ?? parts?.MessageType ?? MessageTypes.Chat,
            Metadata = request.Metadata?.Value ?? "{}",
            TokensUsed = request.TokensUsed ?? 0,
            CostUsd = Money.Round(request.CostUsd ?? 0),
            CreatedAt = request.CreatedAt?.NoLaterThan(now) ?? now,
            ItemId = request.ItemId,
        };
        return new NewMessage(
            message,
            HasOwnId: request.MessageId is not null,
            HasOwnTime: request.CreatedAt is not null,
            Opens: mayOpen && request.IsInProgress);
    }
}
