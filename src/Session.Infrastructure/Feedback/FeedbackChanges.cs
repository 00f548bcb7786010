using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using SessionService.Application.Feedback;
using SessionService.Application.Idempotency;
using SessionService.Application.Messages;
using SessionService.Application.Usage;
using SessionService.Domain.Feedback;
using SessionService.Domain.Messages;
using SessionService.Domain.Sessions;
using SessionService.Domain.Webhooks;
using SessionService.Infrastructure.Announcements;
using SessionService.Infrastructure.Idempotency;
using SessionService.Infrastructure.Messages;
using SessionService.Infrastructure.Outbox;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Feedback;

/// <summary>
/// Writes and removes feedback under the lock of its session. The lock makes the limit of names exact, and a redaction or erasure of the
/// session comes before the write or after it.
/// </summary>
internal sealed class FeedbackChanges(SessionDbContext context, SessionAnnouncer announcer)
{
    public Task<WrittenFeedback> WriteAsync(
        MessageFeedback given,
        IdempotencyKey? key,
        Func<MessageFeedback?, MessageFeedback> change,
        CancellationToken cancellationToken) =>
        announcer.AfterAsync(
            context.InTransactionAsync(() => WriteLockedAsync(given, key, change, cancellationToken), cancellationToken),
            given.UserId,
            given.SessionId);

    public Task<bool?> DeleteAsync(
        string userId,
        FeedbackPlace place,
        IdempotencyKey? key,
        DateTimeOffset now,
        Action<MessageFeedback> check,
        CancellationToken cancellationToken) =>
        announcer.AfterAsync(
            context.InTransactionAsync(
                () => DeleteLockedAsync(userId, place, key, now, check, cancellationToken), cancellationToken),
            userId,
            place.SessionId);

    public Task<IReadOnlyList<FeedbackImport>?> ImportAsync(
        IReadOnlyList<MessageFeedback> feedback, DateTimeOffset now, bool stopsAtLimit, CancellationToken cancellationToken) =>
        context.InTransactionAsync(() => ImportLockedAsync(feedback, now, stopsAtLimit, cancellationToken), cancellationToken);

    private async Task<WrittenFeedback> WriteLockedAsync(
        MessageFeedback given,
        IdempotencyKey? key,
        Func<MessageFeedback?, MessageFeedback> change,
        CancellationToken cancellationToken)
    {
        // A retry waits here for the request that it repeats, and then sees its key.
        var (userId, place, now) = (given.UserId, FeedbackPlace.Of(given), given.UpdatedAt);
        var messages = await LockAsync(userId, place.SessionId, cancellationToken) ?? throw SessionErrors.NotFound();
        if (await IdempotencyRecords.FindAsync(context, userId, key, cancellationToken) is { } record)
        {
            var made = JsonSerializer.Deserialize<MadeFeedback>(record.Answer)!;
            return new(given with { CreatedAt = made.CreatedAt, UpdatedAt = made.UpdatedAt }, made.IsNew, IsReplay: true);
        }

        Demand(place.Sequence, messages);
        var found = await At(userId, place).SingleOrDefaultAsync(cancellationToken);
        var changed = change(found);
        if (found is null)
        {
            changed = changed with { Model = await FindModelAsync(userId, place, cancellationToken) };
            context.MessageFeedback.Add(changed);
        }
        else if (changed != found)
        {
            context.MessageFeedback.Update(changed);
        }

        var answer = JsonSerializer.Serialize(new MadeFeedback(changed.CreatedAt, changed.UpdatedAt, IsNew: found is null));
        IdempotencyRecords.Take(context, userId, key, answer, now, place.SessionId);
        await context.SaveChangesAsync(cancellationToken);
        if (changed != found)
        {
            await NoteAsync(userId, place.SessionId, now, WebhookEvents.FeedbackWritten, cancellationToken, place);
        }

        return new(changed, IsNew: found is null, IsReplay: false);
    }

    private async Task<bool?> DeleteLockedAsync(
        string userId,
        FeedbackPlace place,
        IdempotencyKey? key,
        DateTimeOffset now,
        Action<MessageFeedback> check,
        CancellationToken cancellationToken)
    {
        var messages = await LockAsync(userId, place.SessionId, cancellationToken) ?? throw SessionErrors.NotFound();
        if (await IdempotencyRecords.FindAsync(context, userId, key, cancellationToken) is not null)
        {
            return true;
        }

        Demand(place.Sequence, messages);
        if (await At(userId, place).SingleOrDefaultAsync(cancellationToken) is not { } found)
        {
            return null;
        }

        check(found);
        IdempotencyRecords.Take(context, userId, key, answer: "{}", now, place.SessionId);
        await context.SaveChangesAsync(cancellationToken);
        await At(userId, place).ExecuteDeleteAsync(cancellationToken);
        await NoteAsync(userId, place.SessionId, now, WebhookEvents.FeedbackDeleted, cancellationToken, place);
        return false;
    }

    private async Task<IReadOnlyList<FeedbackImport>?> ImportLockedAsync(
        IReadOnlyList<MessageFeedback> feedback, DateTimeOffset now, bool stopsAtLimit, CancellationToken cancellationToken)
    {
        var (userId, sessionId) = (feedback[0].UserId, feedback[0].SessionId);
        if (await LockAsync(userId, sessionId, cancellationToken) is null)
        {
            return null;
        }

        long[] sequences = [.. feedback.Select(one => one.Sequence).Distinct()];
        var there = (await context.MessageFeedback
                .Where(f => f.UserId == userId && f.SessionId == sessionId && sequences.Contains(f.Sequence))
                .Select(f => new { f.Sequence, f.Name })
                .ToListAsync(cancellationToken))
            .ToLookup(f => f.Sequence, f => f.Name);
        var names = sequences.ToDictionary(
            sequence => sequence, sequence => there[sequence].ToHashSet(StringComparer.Ordinal));
        var outcomes = new List<FeedbackImport>();
        foreach (var one in feedback)
        {
            var ofMessage = names[one.Sequence];
            var outcome = ofMessage.Contains(one.Name) ? FeedbackImport.Unchanged
                : ofMessage.Count >= MessageFeedback.MaxNames ? FeedbackImport.TooMany
                : FeedbackImport.Created;
            outcomes.Add(outcome);
            if (outcome == FeedbackImport.Created)
            {
                ofMessage.Add(one.Name);
                context.MessageFeedback.Add(one);
            }
            else if (outcome == FeedbackImport.TooMany && stopsAtLimit)
            {
                break;
            }
        }

        await context.SaveChangesAsync(cancellationToken);
        if (outcomes.Contains(FeedbackImport.Created))
        {
            await NoteAsync(userId, sessionId, now, WebhookEvents.FeedbackWritten, cancellationToken);
        }

        return outcomes;
    }

    /// <summary>Locks the session and tells how many messages it has. By hand for FOR NO KEY UPDATE.</summary>
    private Task<long?> LockAsync(string userId, Guid sessionId, CancellationToken cancellationToken) =>
        context.Sessions
            .FromSql($"SELECT * FROM dev.sessions WHERE user_id = {userId} AND session_id = {sessionId} FOR NO KEY UPDATE")
            .Select(s => (long?)s.MessageCount)
            .SingleOrDefaultAsync(cancellationToken);

    /// <summary>Retention counts feedback as use, and followers and webhooks are told. No client sees these times.</summary>
    private async Task NoteAsync(
        string userId,
        Guid sessionId,
        DateTimeOffset now,
        string type,
        CancellationToken cancellationToken,
        FeedbackPlace? place = null)
    {
        await context.Sessions
            .Where(s => s.UserId == userId && s.SessionId == sessionId)
            .ExecuteUpdateAsync(
                set => set
                    .SetProperty(s => s.UsedAt, s => s.UsedAt > now ? s.UsedAt : now)
                    .SetProperty(s => s.Changes, s => s.Changes + 1)
                    .SetProperty(s => s.ChangedAt, s => s.ChangedAt > now ? s.ChangedAt : now),
                cancellationToken);
        var sql = new Sql((NpgsqlConnection)context.Database.GetDbConnection());
        var data = place is { } one ? JsonSerializer.Serialize(new { sequence = one.Sequence, name = one.Name }) : "{}";
        await SessionOutbox.TellAsync(sql, userId, sessionId, type, now, cancellationToken, data);
    }

    private IQueryable<MessageFeedback> At(string userId, FeedbackPlace place) =>
        context.MessageFeedback.AsNoTracking().Where(f => f.UserId == userId
            && f.SessionId == place.SessionId && f.Sequence == place.Sequence && f.Name == place.Name);

    /// <summary>The model of the message, which takes one more name.</summary>
    private async Task<string> FindModelAsync(string userId, FeedbackPlace place, CancellationToken cancellationToken)
    {
        var names = await context.MessageFeedback.CountAsync(
            f => f.UserId == userId && f.SessionId == place.SessionId && f.Sequence == place.Sequence, cancellationToken);
        if (names >= MessageFeedback.MaxNames)
        {
            throw FeedbackErrors.TooMany();
        }

        // Its metadata may still change, and so the model.
        if (await context.Sessions.AnyAsync(
            s => s.UserId == userId && s.SessionId == place.SessionId && s.OpenMessages!.Contains(place.Sequence), cancellationToken))
        {
            throw MessageErrors.InProgress();
        }

        // The message may be packed, which EF cannot read.
        var sql = new Sql((NpgsqlConnection)context.Database.GetDbConnection());
        var position = new MessagePosition(place.SessionId, place.Sequence);
        return await MessageReader.FindAsync(sql, userId, [position], cancellationToken) is [var message]
            ? ModelName.Of(message.Metadata)
            : throw MessageErrors.NotFound();
    }

    private static void Demand(long sequence, long messages)
    {
        if (sequence < 1 || sequence > messages)
        {
            throw MessageErrors.NotFound();
        }
    }

    /// <summary>What is kept under a key: the part of the answer that does not follow from the request, and no content.</summary>
    private sealed record MadeFeedback(
        [property: JsonPropertyName("created_at")] DateTimeOffset CreatedAt,
        [property: JsonPropertyName("updated_at")] DateTimeOffset UpdatedAt,
        [property: JsonPropertyName("is_new")] bool IsNew);
}
