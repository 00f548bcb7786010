using AutoMapper;
using Microsoft.Extensions.Options;
using SessionService.Application.Idempotency;
using SessionService.Application.Limits;
using SessionService.Application.Messages;
using SessionService.Application.Messages.Parts;
using SessionService.Application.Time;
using SessionService.Domain.Errors;
using SessionService.Domain.Idempotency;
using SessionService.Domain.Messages;
using SessionService.Domain.Sessions;

namespace SessionService.Application.Deltas;

/// <summary>Lets messages in progress grow, and completes them.</summary>
public sealed class DeltasService(
    IOpenMessageStore open,
    MessageFiles files,
    IMapper mapper,
    IOptions<DeltaOptions> options,
    IOptions<LimitOptions> limits,
    TimeProvider time)
{
    /// <exception cref="NotFoundException">The user has no such session, or no such message in it.</exception>
    /// <exception cref="ConflictException">The message is not in progress, or the key belongs to another request.</exception>
    /// <exception cref="DeltaRefusedException">Deltas before it are missing, it is another one than before, or too long.</exception>
    public Task<Written<DeltasResponse>> AddAsync(
        string userId,
        Guid sessionId,
        long sequence,
        AddDeltaRequest request,
        string? idempotencyKey,
        CancellationToken cancellationToken) =>
        AddAsync(
            userId,
            sessionId,
            sequence,
            [request],
            IdempotencyKey.Of(idempotencyKey, $"add_delta {sessionId} {sequence}", request),
            cancellationToken);

    /// <summary>Adds deltas whose indexes follow each other: all of them or none.</summary>
    /// <inheritdoc cref="AddAsync(string, Guid, long, AddDeltaRequest, string?, CancellationToken)"/>
    public async Task<Written<DeltasResponse>> AddAsync(
        string userId,
        Guid sessionId,
        long sequence,
        IReadOnlyList<AddDeltaRequest> requests,
        IdempotencyKey? key,
        CancellationToken cancellationToken)
    {
        var deltas = new List<Delta>(requests.Count);
        foreach (var request in requests)
        {
            var parts = await KeepFilesAsync(userId, sessionId, sequence, request.Parts?.Value, "parts", cancellationToken);
            deltas.Add(new Delta(request.Index!.Value, request.Text, parts));
        }

        var (maxBytes, maxDeltas) = (Math.Min(limits.Value.MaxContentBytes, limits.Value.MaxJsonBytes), options.Value.MaxDeltas);
        var result = await open.AddAsync(
            new NewDeltas
            {
                UserId = userId,
                SessionId = sessionId,
                Sequence = sequence,
                Deltas = deltas,
                Key = key,
                Now = time.GetDatabaseNow(),
                MaxBytes = maxBytes,
                MaxDeltas = maxDeltas,
            },
            cancellationToken);
        return result.Outcome switch
        {
            DeltaOutcome.Added or DeltaOutcome.Replayed => new Written<DeltasResponse>(
                new DeltasResponse { SessionId = sessionId, Sequence = sequence, NextIndex = result.NextIndex },
                result.Outcome == DeltaOutcome.Replayed),
            DeltaOutcome.Gap => throw DeltaErrors.Gap(deltas[0].Index, result.NextIndex),
            DeltaOutcome.Conflict => throw DeltaErrors.Conflict(result.Index, result.NextIndex),
            DeltaOutcome.TooLong => throw DeltaErrors.TooLong(result.NextIndex, maxBytes, maxDeltas),
            DeltaOutcome.KeyReused => throw IdempotencyErrors.KeyReused(),
            _ => throw NotInProgress(result.Outcome),
        };
    }

    /// <summary>The index of the delta that a message takes next.</summary>
    /// <exception cref="NotFoundException">The user has no such session, or no such message in it.</exception>
    /// <exception cref="ConflictException">The message is not in progress.</exception>
    public async Task<int> FindNextIndexAsync(string userId, Guid sessionId, long sequence, CancellationToken cancellationToken)
    {
        var result = await open.FindNextAsync(userId, sessionId, sequence, cancellationToken);
        return result.Outcome == DeltaOutcome.Replayed ? result.NextIndex : throw NotInProgress(result.Outcome);
    }

    /// <exception cref="NotFoundException">The user has no such session, or no such message in it.</exception>
    /// <exception cref="ConflictException">The message is not in progress, or the key belongs to another request.</exception>
    public async Task<Written<MessageResponse>> CompleteAsync(
        string userId,
        Guid sessionId,
        long sequence,
        CompleteMessageRequest request,
        string? idempotencyKey,
        CancellationToken cancellationToken)
    {
        var result = await open.CloseAsync(
            new Closing
            {
                UserId = userId,
                SessionId = sessionId,
                Sequence = sequence,
                Content = await ContentOfAsync(userId, sessionId, sequence, request, cancellationToken),
                TokensUsed = request.TokensUsed,
                CostUsd = request.CostUsd is { } cost ? Money.Round(cost) : null,
                Metadata = request.Metadata?.Value,
                Status = request.Status ?? MessageStatuses.Completed,
                Key = IdempotencyKey.Of(idempotencyKey, $"complete_message {sessionId} {sequence}", request),
                Now = time.GetDatabaseNow(),
            },
            cancellationToken);
        return result.Outcome switch
        {
            CloseOutcome.Closed or CloseOutcome.Replayed => new Written<MessageResponse>(
                mapper.Map<MessageResponse>(result.Message), result.Outcome == CloseOutcome.Replayed),
            CloseOutcome.MessageNotFound => throw MessageErrors.NotFound(),
            CloseOutcome.SessionNotFound => throw SessionErrors.NotFound(),
            _ => throw MessageErrors.Closed(),
        };
    }

    private static ServiceException NotInProgress(DeltaOutcome outcome) => outcome switch
    {
        DeltaOutcome.Closed => MessageErrors.Closed(),
        DeltaOutcome.MessageNotFound => MessageErrors.NotFound(),
        _ => SessionErrors.NotFound(),
    };

    private async Task<ClosingContent?> ContentOfAsync(
        string userId, Guid sessionId, long sequence, CompleteMessageRequest request, CancellationToken cancellationToken)
    {
        if (!request.HasContent)
        {
            return null;
        }

        var field = request.Parts is null ? "content" : "parts";
        return await KeepFilesAsync(userId, sessionId, sequence, GivenMessage.PartsOf(request), field, cancellationToken) is { } parts
            ? new ClosingContent(MessageParts.Read(parts).Text, parts)
            : new ClosingContent(request.Content!.Text!, Parts: null);
    }

    /// <summary>Moves the files of parts into attachments. A message that is not in progress keeps none.</summary>
    private async Task<string?> KeepFilesAsync(
        string userId, Guid sessionId, long sequence, string? parts, string field, CancellationToken cancellationToken)
    {
        if (!files.MayHaveFiles(parts) || !await open.IsOpenAsync(userId, sessionId, sequence, cancellationToken))
        {
            return parts;
        }

        var found = await files.FindAsync(userId, [parts], _ => field, cancellationToken);
        return (await files.KeepAsync(userId, [parts], found, cancellationToken))[0];
    }
}
