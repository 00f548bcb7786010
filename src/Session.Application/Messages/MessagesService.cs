using AutoMapper;
using SessionService.Application.Idempotency;
using SessionService.Application.Identity;
using SessionService.Application.Time;
using SessionService.Domain.Errors;
using SessionService.Domain.Idempotency;
using SessionService.Domain.Messages;
using SessionService.Domain.Sessions;

namespace SessionService.Application.Messages;

/// <summary>Appends messages to sessions and reads them back.</summary>
public sealed class MessagesService(
    IMessageStore messages, IMessageReader reader, IMessageRedaction redaction, CallerAccess access, IMapper mapper, TimeProvider time)
{
    /// <exception cref="NotFoundException">There is no such session for the caller.</exception>
    /// <exception cref="ConflictException">
    /// The session has ended, the number is not the expected one, or a key or id belongs to another request or message.
    /// </exception>
    public async Task<Written<MessageResponse>> AppendAsync(
        Guid sessionId, CreateMessageRequest request, string? idempotencyKey, Caller caller, CancellationToken cancellationToken)
    {
        var key = IdempotencyKey.Of(idempotencyKey, $"append_message {sessionId}", request);
        var written = await AppendAsync(sessionId, [request], request.ExpectedSequence, key, caller, cancellationToken);
        return new Written<MessageResponse>(mapper.Map<MessageResponse>(written.Resource[0]), written.IsReplay);
    }

    /// <inheritdoc cref="AppendAsync(Guid, CreateMessageRequest, string?, Caller, CancellationToken)"/>
    public async Task<Written<MessageBatchResponse>> AppendBatchAsync(
        Guid sessionId, CreateMessageBatchRequest request, string? idempotencyKey, Caller caller, CancellationToken cancellationToken)
    {
        var key = IdempotencyKey.Of(idempotencyKey, $"append_messages {sessionId}", request);
        var written = await AppendAsync(sessionId, request.Messages!, request.ExpectedSequence, key, caller, cancellationToken);
        var responses = mapper.Map<List<MessageResponse>>(written.Resource);
        return new Written<MessageBatchResponse>(new MessageBatchResponse { Messages = responses, Total = responses.Count }, written.IsReplay);
    }

    /// <summary>Begins to read; whoever asked reads on, and disposes of the rows.</summary>
    /// <exception cref="NotFoundException">There is no such session for the caller.</exception>
    public async Task<MessagePage> ReadAsync(Guid sessionId, ListMessagesQuery query, Caller caller, CancellationToken cancellationToken)
    {
        var owner = await access.OwnerAsync(caller, sessionId, cancellationToken);
        var selection = query.ToSelection();
        var rows = await reader.OpenAsync(owner, sessionId, selection, cancellationToken) ?? throw SessionErrors.NotFound();
        return new MessagePage(owner, sessionId, rows, query.ToRange(), query.IsByPosition ? rows.InRange > selection.Take : null);
    }

    /// <summary>Blanks what a message says; doing it again changes nothing.</summary>
    /// <exception cref="NotFoundException">There is no such session for the caller, or no such message in it.</exception>
    public async Task<MessageResponse> RedactAsync(Guid sessionId, long sequence, Caller caller, CancellationToken cancellationToken)
    {
        var owner = await access.OwnerAsync(caller, sessionId, cancellationToken);
        var result = await redaction.RedactAsync(owner, sessionId, sequence, time.GetDatabaseNow(), cancellationToken);
        return result.Outcome switch
        {
            RedactOutcome.Redacted => mapper.Map<MessageResponse>(result.Message),
            RedactOutcome.MessageNotFound => throw MessageErrors.NotFound(),
            _ => throw SessionErrors.NotFound(),
        };
    }

    private async Task<Written<IReadOnlyList<SessionMessage>>> AppendAsync(
        Guid sessionId,
        IReadOnlyList<CreateMessageRequest> requests,
        long? expectedSequence,
        IdempotencyKey? key,
        Caller caller,
        CancellationToken cancellationToken)
    {
        var owner = await access.OwnerAsync(caller, sessionId, cancellationToken);
        var now = time.GetDatabaseNow();
        var append = new Append
        {
            UserId = owner,
            SessionId = sessionId,
            Messages = [.. requests.Select(request => NewMessage(owner, sessionId, request, now))],
            ExpectedSequence = expectedSequence,
            Key = key,
            Now = now,
        };

        var result = await messages.AppendAsync(append, cancellationToken);
        return result.Outcome switch
        {
            AppendOutcome.Appended => new Written<IReadOnlyList<SessionMessage>>(result.Messages, IsReplay: false),
            AppendOutcome.Replayed => new Written<IReadOnlyList<SessionMessage>>(result.Messages, IsReplay: true),
            AppendOutcome.SessionEnded => throw SessionErrors.Ended(),
            AppendOutcome.SequenceMismatch => throw MessageErrors.SequenceMismatch(expectedSequence!.Value, result.NextSequence),
            AppendOutcome.KeyReused => throw IdempotencyErrors.KeyReused(),
            AppendOutcome.MessageIdTaken => throw MessageErrors.IdTaken(),
            _ => throw SessionErrors.NotFound(),
        };
    }

    private static NewMessage NewMessage(string owner, Guid sessionId, CreateMessageRequest request, DateTimeOffset now) => new(
        new SessionMessage
        {
            UserId = owner,
            SessionId = sessionId,
            MessageId = request.MessageId ?? Guid.CreateVersion7(now),
            Role = request.Role!,
            Content = request.Content!,
            MessageType = request.MessageType ?? CreateMessageRequest.DefaultType,
            Metadata = request.Metadata?.Value ?? "{}",
            TokensUsed = request.TokensUsed ?? 0,
            CostUsd = Money.Round(request.CostUsd ?? 0),
            CreatedAt = request.CreatedAt?.ToDatabaseTime() ?? now,
        },
        HasOwnId: request.MessageId is not null,
        HasOwnTime: request.CreatedAt is not null);
}
