using Npgsql;
using SessionService.Application.Idempotency;
using SessionService.Application.Messages;
using SessionService.Domain.Sessions;
using SessionService.Infrastructure.Announcements;
using SessionService.Infrastructure.Idempotency;
using SessionService.Infrastructure.Persistence;
using SessionService.Infrastructure.Persistence.Configurations;
using SessionService.Infrastructure.Writes;

namespace SessionService.Infrastructure.Messages;

internal sealed class MessageStore(
    GroupWriter<Append, Appended> writer, IdempotencyRecords records, MessageReplays replays, SessionAnnouncer announcer)
    : IMessageStore
{
    // A second attempt follows another writer's change. Where a third would be needed, a given id resembles a packed one, see PackedIds.
    private const int MaxAttempts = 3;

    public Task<AppendResult> AppendAsync(Append append, CancellationToken cancellationToken) =>
        AppendAsync(append, attempt: 1, cancellationToken);

    public async Task<AppendResult?> FindByKeyAsync(string userId, IdempotencyKey key, CancellationToken cancellationToken)
    {
        if (await records.FindAsync(userId, key, cancellationToken) is not { } record)
        {
            return null;
        }

        if (!record.IsOf(key.RequestHash))
        {
            return new AppendResult(AppendOutcome.KeyReused, []);
        }

        return await replays.ReadAsync(record, cancellationToken) is { } made
            ? new AppendResult(AppendOutcome.Replayed, made)
            : new AppendResult(AppendOutcome.SessionNotFound, []);
    }

    private async Task<AppendResult> AppendAsync(Append append, int attempt, CancellationToken cancellationToken)
    {
        Appended appended;
        try
        {
            appended = await writer.WriteAsync(append, cancellationToken);
        }
        catch (PostgresException exception) when (DatabaseFaults.IsViolationOf(AttachmentUseConfiguration.ToAttachments, exception))
        {
            return new AppendResult(AppendOutcome.AttachmentNotFound, []);
        }

        if (appended.FirstSequence is { } first)
        {
            announcer.Announce(append.UserId, append.SessionId);
            for (var i = 0; i < append.Messages.Count; i++)
            {
                append.Messages[i].Message.Sequence = first + i;
            }

            return new AppendResult(AppendOutcome.Appended, [.. append.Messages.Select(message => message.Message)]);
        }

        if (await FindMadeBeforeAsync(append, cancellationToken) is { } before)
        {
            return before;
        }

        return appended.Session switch
        {
            null => new AppendResult(AppendOutcome.SessionNotFound, []),
            { Status: SessionStatus.Ended } when append.Now is not null => new AppendResult(AppendOutcome.SessionEnded, []),
            { MessageCount: var count } when append.ExpectedSequence is { } expected && expected != count + 1 =>
                new AppendResult(AppendOutcome.SequenceMismatch, [], NextSequence: count + 1),

            { Status: SessionStatus.Archived or SessionStatus.Expired } when append is { Now: not null, TakesUp: false } =>
                await AppendAsync(append with { TakesUp = true }, attempt, cancellationToken),

            _ when attempt >= MaxAttempts && append.Opening is not null => new AppendResult(AppendOutcome.TooManyOpen, []),

            _ when attempt >= MaxAttempts && append.Messages.Any(message => message.Message.ItemId is not null) =>
                new AppendResult(AppendOutcome.ItemIdTaken, []),

            _ when attempt >= MaxAttempts && append.Messages.Any(message => message.HasOwnId) =>
                new AppendResult(AppendOutcome.MessageIdTaken, []),

            // Its key had been used, and was removed as expired between the two looks.
            _ => await AppendAsync(append, attempt + 1, cancellationToken),
        };
    }

    /// <summary>
    /// Whether a write that was not made had been made before. Looked for after the statement: while that waited for the session, another
    /// instance may have made the same write, and the session may have moved on or ended.
    /// </summary>
    private async Task<AppendResult?> FindMadeBeforeAsync(Append append, CancellationToken cancellationToken)
    {
        if (append.Key is { } key && await FindByKeyAsync(append.UserId, key, cancellationToken) is { } before)
        {
            return before;
        }

        if (!append.Messages.Any(message => message.HasOwnId)
            || await replays.FindByIdsAsync(append, cancellationToken) is not { } found)
        {
            return null;
        }

        // A key that another write took meanwhile is found by the next look, and a session that is gone is not.
        return append.Key is null
            || found.Outcome != AppendOutcome.Replayed
            || await replays.TryBindAsync(append, append.Key, found.Messages, cancellationToken)
                ? found
                : await FindMadeBeforeAsync(append, cancellationToken);
    }
}
