using Microsoft.EntityFrameworkCore;
using SessionService.Application.Feedback;
using SessionService.Application.Idempotency;
using SessionService.Application.Paging;
using SessionService.Domain.Feedback;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Feedback;

internal sealed class FeedbackStore(SessionDbContext context, FeedbackChanges changes) : IFeedbackStore
{
    public Task<WrittenFeedback> WriteAsync(
        MessageFeedback given,
        IdempotencyKey? key,
        Func<MessageFeedback?, MessageFeedback> change,
        CancellationToken cancellationToken) =>
        changes.WriteAsync(given, key, change, cancellationToken);

    public Task<bool?> DeleteAsync(
        string userId,
        FeedbackPlace place,
        IdempotencyKey? key,
        DateTimeOffset now,
        Action<MessageFeedback> check,
        CancellationToken cancellationToken) =>
        changes.DeleteAsync(userId, place, key, now, check, cancellationToken);

    public Task<IReadOnlyList<FeedbackImport>?> ImportAsync(
        IReadOnlyList<MessageFeedback> feedback, DateTimeOffset now, bool stopsAtLimit, CancellationToken cancellationToken) =>
        changes.ImportAsync(feedback, now, stopsAtLimit, cancellationToken);

    public Task<FoundFeedback?> FindAsync(string userId, FeedbackPlace place, CancellationToken cancellationToken) =>
        context.Sessions
            .Where(s => s.UserId == userId && s.SessionId == place.SessionId)
            .Select(s => new FoundFeedback(
                s.MessageCount,
                context.MessageFeedback.SingleOrDefault(f => f.UserId == userId
                    && f.SessionId == place.SessionId && f.Sequence == place.Sequence && f.Name == place.Name)))
            .AsNoTracking()
            .SingleOrDefaultAsync(cancellationToken);

    public async Task<IReadOnlyList<MessageFeedback>> FindAsync(
        string userId, Guid sessionId, long[] sequences, int max, CancellationToken cancellationToken) =>
        await OfMessages(userId, sessionId, sequences).OrderBy(f => f.Sequence).ThenBy(f => f.Name).Take(max)
            .ToListAsync(cancellationToken);

    public async Task<IReadOnlyList<FeedbackPlace>> FindPlacesAsync(
        string userId, Guid sessionId, long[] sequences, CancellationToken cancellationToken) =>
        await OfMessages(userId, sessionId, sequences).Select(f => new FeedbackPlace(f.SessionId, f.Sequence, f.Name))
            .ToListAsync(cancellationToken);

    public Task<Paged<MessageFeedback>> ListAsync(
        string userId, FeedbackFilter filter, PageRange range, FeedbackCursor? cursor, CancellationToken cancellationToken) =>
        context.ReadSnapshotAsync(() => FindPageAsync(Filter(userId, filter), range, cursor, cancellationToken), cancellationToken);

    public async Task<IReadOnlyList<MessageFeedback>> ReadAsync(
        string userId, FeedbackFilter filter, FeedbackPlace? after, int take, CancellationToken cancellationToken)
    {
        var feedback = Filter(userId, filter);
        if (after is { } last)
        {
            feedback = feedback.Where(f => EF.Functions.GreaterThan(
                ValueTuple.Create(f.SessionId, f.Sequence, f.Name), ValueTuple.Create(last.SessionId, last.Sequence, last.Name)));
        }

        return await feedback.OrderBy(f => f.SessionId).ThenBy(f => f.Sequence).ThenBy(f => f.Name).Take(take)
            .ToListAsync(cancellationToken);
    }

    // A page is at most some MiB long, so it is read as a whole.
    private static async Task<Paged<MessageFeedback>> FindPageAsync(
        IQueryable<MessageFeedback> feedback, PageRange range, FeedbackCursor? cursor, CancellationToken cancellationToken)
    {
        var total = await feedback.LongCountAsync(cancellationToken);
        if (range.Skip >= total)
        {
            return new Paged<MessageFeedback>([], total, HasMore: false);
        }

        if (cursor is { UpdatedAt: var updatedAt, Place: var place })
        {
            feedback = feedback.Where(f => EF.Functions.LessThan(
                ValueTuple.Create(f.UpdatedAt, f.SessionId, f.Sequence, f.Name),
                ValueTuple.Create(updatedAt, place.SessionId, place.Sequence, place.Name)));
        }

        var found = await feedback
            .OrderByDescending(f => f.UpdatedAt)
            .ThenByDescending(f => f.SessionId)
            .ThenByDescending(f => f.Sequence)
            .ThenByDescending(f => f.Name)
            .Skip((int)range.Skip)
            .Take(range.Size + 1)
            .ToListAsync(cancellationToken);
        return new Paged<MessageFeedback>([.. found.Take(range.Size)], total, HasMore: found.Count > range.Size);
    }

    private IQueryable<MessageFeedback> OfMessages(string userId, Guid sessionId, long[] sequences) =>
        context.MessageFeedback.AsNoTracking()
            .Where(f => f.UserId == userId && f.SessionId == sessionId && sequences.Contains(f.Sequence));

    private IQueryable<MessageFeedback> Filter(string userId, FeedbackFilter filter)
    {
        var feedback = context.MessageFeedback.AsNoTracking().Where(f => f.UserId == userId);
        feedback = filter.SessionId is { } session ? feedback.Where(f => f.SessionId == session) : feedback;
        feedback = filter.Name is { } name ? feedback.Where(f => f.Name == name) : feedback;
        feedback = filter.Source is { } source ? feedback.Where(f => f.Source == source) : feedback;
        feedback = filter.From is { } from ? feedback.Where(f => f.UpdatedAt >= from) : feedback;
        return filter.To is { } to ? feedback.Where(f => f.UpdatedAt < to) : feedback;
    }
}
