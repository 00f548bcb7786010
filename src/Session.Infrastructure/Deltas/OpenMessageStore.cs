using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.EntityFrameworkCore;
using SessionService.Application.Deltas;
using SessionService.Application.Idempotency;
using SessionService.Infrastructure.Announcements;
using SessionService.Infrastructure.Idempotency;
using SessionService.Infrastructure.Persistence;
using SessionService.Infrastructure.Writes;

namespace SessionService.Infrastructure.Deltas;

internal sealed class OpenMessageStore(
    GroupWriter<NewDeltas, DeltasAdded> writer,
    MessageClosing closing,
    IdempotencyRecords records,
    SessionContexts contexts,
    SessionAnnouncer announcer)
    : IOpenMessageStore
{
    // A second attempt follows the removal of an expired key.
    private const int MaxAttempts = 3;

    public async Task<DeltaResult> AddAsync(NewDeltas deltas, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var added = await writer.WriteAsync(deltas, cancellationToken);
            if (added.IsAdded)
            {
                announcer.Announce(deltas.UserId, deltas.SessionId);
                return new DeltaResult(DeltaOutcome.Added, deltas.Last + 1);
            }

            // Looked for after the statement: while that waited, another instance may have made the same write.
            if (deltas.Key is { } key && await FindAsync(deltas.UserId, key, cancellationToken) is { } made)
            {
                return made;
            }

            if (added.NextIndex is not { } next)
            {
                return await FindReasonAsync(deltas.UserId, deltas.SessionId, deltas.Sequence, cancellationToken);
            }

            if (deltas.First > next)
            {
                return new DeltaResult(DeltaOutcome.Gap, next);
            }

            if (deltas.First == next)
            {
                // Its key had been used, and was removed as expired between the two looks.
                if (deltas.Key is not null && attempt < MaxAttempts)
                {
                    continue;
                }

                return new DeltaResult(DeltaOutcome.TooLong, next);
            }

            var stored = await ReadAsync(
                deltas.UserId, deltas.SessionId, deltas.Sequence, deltas.First, deltas.Deltas.Count, cancellationToken);
            if (stored.Zip(deltas.Deltas).FirstOrDefault(pair => !pair.First.IsSameAs(pair.Second)).Second is { } other)
            {
                return new DeltaResult(DeltaOutcome.Conflict, next, other.Index);
            }

            if (stored.Count == deltas.Deltas.Count)
            {
                return new DeltaResult(DeltaOutcome.Replayed, next);
            }

            // The first ones are there, and others may add the rest at the same time: each attempt has fewer of them. None at all is there
            // where the message was completed meanwhile, which the next attempt finds.
            deltas = deltas with { Deltas = [.. deltas.Deltas.Skip(stored.Count)] };
        }
    }

    public Task<CloseResult> CloseAsync(Closing close, CancellationToken cancellationToken) => closing.CloseAsync(close, cancellationToken);

    public async Task<IReadOnlyList<Delta>> ReadAsync(
        string userId, Guid sessionId, long sequence, int from, int take, CancellationToken cancellationToken)
    {
        await using var context = contexts.OfPrimary();
        return await context.MessageDeltas
            .Where(d => d.UserId == userId && d.SessionId == sessionId && d.Sequence == sequence && d.Index >= from)
            .OrderBy(d => d.Index)
            .Take(take)
            .Select(d => new Delta(d.Index, d.Text, d.Parts))
            .ToListAsync(cancellationToken);
    }

    public async Task<bool> IsOpenAsync(string userId, Guid sessionId, long sequence, CancellationToken cancellationToken)
    {
        await using var context = contexts.OfPrimary();
        return await context.OpenMessages.AnyAsync(
            o => o.UserId == userId && o.SessionId == sessionId && o.Sequence == sequence, cancellationToken);
    }

    public async Task<DeltaResult> FindNextAsync(
        string userId, Guid sessionId, long sequence, CancellationToken cancellationToken)
    {
        await using var context = contexts.OfPrimary();
        var next = await context.OpenMessages
            .Where(o => o.UserId == userId && o.SessionId == sessionId && o.Sequence == sequence)
            .Select(o => (int?)o.NextIndex)
            .SingleOrDefaultAsync(cancellationToken);
        return next is { } index
            ? new DeltaResult(DeltaOutcome.Replayed, index)
            : await FindReasonAsync(userId, sessionId, sequence, cancellationToken);
    }

    private async Task<DeltaResult?> FindAsync(string userId, IdempotencyKey key, CancellationToken cancellationToken)
    {
        if (await records.FindAsync(userId, key, cancellationToken) is not { } record)
        {
            return null;
        }

        return record.IsOf(key.RequestHash)
            ? new DeltaResult(DeltaOutcome.Replayed, JsonSerializer.Deserialize<MadeDeltas>(record.Answer)!.NextIndex)
            : new DeltaResult(DeltaOutcome.KeyReused);
    }

    /// <summary>Why there is no such message in progress.</summary>
    private async Task<DeltaResult> FindReasonAsync(
        string userId, Guid sessionId, long sequence, CancellationToken cancellationToken)
    {
        await using var context = contexts.OfPrimary();
        var messages = await context.Sessions
            .Where(s => s.UserId == userId && s.SessionId == sessionId)
            .Select(s => (long?)s.MessageCount)
            .SingleOrDefaultAsync(cancellationToken);
        return new DeltaResult(
            messages is null ? DeltaOutcome.SessionNotFound
            : sequence < 1 || sequence > messages ? DeltaOutcome.MessageNotFound
            : DeltaOutcome.Closed);
    }

    /// <summary>What <see cref="DeltaStatement"/> keeps of its answer.</summary>
    private sealed record MadeDeltas([property: JsonPropertyName("next_index")] int NextIndex);
}
