using AutoMapper;
using SessionService.Application.Identity;
using SessionService.Application.Time;
using SessionService.Domain.Errors;
using SessionService.Domain.Messages;
using SessionService.Domain.Sessions;

namespace SessionService.Application.Messages;

/// <summary>Appends messages to sessions and reads them back.</summary>
public sealed class MessagesService(IMessageStore messages, IMessageReader reader, CallerAccess access, IMapper mapper, TimeProvider time)
{
    /// <exception cref="NotFoundException">There is no such session for the caller.</exception>
    /// <exception cref="ConflictException">The session has ended.</exception>
    public async Task<MessageResponse> AppendAsync(
        Guid sessionId, CreateMessageRequest request, Caller caller, CancellationToken cancellationToken)
    {
        var owner = await access.OwnerAsync(caller, sessionId, cancellationToken);
        var now = time.GetDatabaseNow();
        var message = new SessionMessage
        {
            UserId = owner,
            SessionId = sessionId,
            MessageId = Guid.CreateVersion7(now),
            Role = request.Role!,
            Content = request.Content!,
            MessageType = request.MessageType ?? CreateMessageRequest.DefaultType,
            Metadata = request.Metadata?.Value ?? "{}",
            TokensUsed = request.TokensUsed ?? 0,
            CostUsd = Money.Round(request.CostUsd ?? 0),
            CreatedAt = request.CreatedAt?.ToDatabaseTime() ?? now,
        };

        return await messages.AppendAsync(message, now, cancellationToken) switch
        {
            AppendOutcome.Appended => mapper.Map<MessageResponse>(message),
            AppendOutcome.SessionEnded => throw SessionErrors.Ended(),
            _ => throw SessionErrors.NotFound(),
        };
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
}
