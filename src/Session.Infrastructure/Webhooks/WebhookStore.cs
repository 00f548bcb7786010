using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Npgsql;
using SessionService.Application.Paging;
using SessionService.Application.Webhooks;
using SessionService.Domain.Webhooks;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Webhooks;

/// <summary>The rows of webhooks. The primary answers, because a standby may not have a change of a moment ago.</summary>
internal sealed class WebhookStore(SessionContexts contexts, IOptions<ShardingOptions> layout) : IWebhookStore
{
    private const string LockPlaces = $"SELECT pg_advisory_xact_lock({AdvisoryLocks.WebhooksOfOwner})";

    private const int DeletedAtOnce = 10_000;

    public async Task<Webhook?> AddAsync(
        string ownerId, Func<short, Webhook> make, int max, CancellationToken cancellationToken)
    {
        if (layout.Value.Sharded)
        {
            // The writing statements of a sharded database store no events.
            throw WebhookErrors.NotOnShards();
        }

        // The unique key of the places decides between two who take the last one. The lock spares them the race.
        await using var context = contexts.OfPrimary();
        return await context.InTransactionAsync(
            async () =>
            {
                await context.Database.ExecuteSqlRawAsync(LockPlaces, [ownerId], cancellationToken);
                var taken = await OfOwner(context, ownerId).Select(w => w.Slot).ToListAsync(cancellationToken);
                var free = Enumerable.Range(1, max).Select(slot => (short)slot).Except(taken).FirstOrDefault();
                if (free == 0 || taken.Count >= max)
                {
                    return null;
                }

                var webhook = make(free);
                context.Webhooks.Add(webhook);
                await context.SaveChangesAsync(cancellationToken);
                return webhook;
            },
            cancellationToken);
    }

    public async Task<IReadOnlyList<Webhook>> ListAsync(string ownerId, CancellationToken cancellationToken)
    {
        await using var context = contexts.OfPrimary();
        return await OfOwner(context, ownerId).AsNoTracking()
            .OrderBy(w => w.CreatedAt).ThenBy(w => w.WebhookId)
            .ToListAsync(cancellationToken);
    }

    public async Task<Webhook?> FindAsync(string ownerId, Guid webhookId, CancellationToken cancellationToken)
    {
        await using var context = contexts.OfPrimary();
        return await OfOwner(context, ownerId).AsNoTracking()
            .SingleOrDefaultAsync(w => w.WebhookId == webhookId, cancellationToken);
    }

    public async Task<Webhook?> ChangeAsync(
        string ownerId, Guid webhookId, Action<Webhook> change, CancellationToken cancellationToken)
    {
        await using var context = contexts.OfPrimary();
        return await context.InTransactionAsync(
            async () =>
            {
                // By hand for the lock: a change does not undo another one.
                var webhook = await context.Webhooks
                    .FromSql(
                        $"""
                        SELECT * FROM dev.webhooks
                        WHERE user_id = {ownerId} AND webhook_id = {webhookId} AND slot <> {Webhook.NatsSlot}
                        FOR NO KEY UPDATE
                        """)
                    .SingleOrDefaultAsync(cancellationToken);
                if (webhook is null)
                {
                    return null;
                }

                var wasEnabled = webhook.IsEnabled;
                change(webhook);
                await context.SaveChangesAsync(cancellationToken);
                if (wasEnabled && !webhook.IsEnabled)
                {
                    var sql = new Sql((NpgsqlConnection)context.Database.GetDbConnection());
                    await DeliveryLog.GiveUpAsync(sql, webhookId, cancellationToken);
                }

                return webhook;
            },
            cancellationToken);
    }

    public async Task<bool> DeleteAsync(string ownerId, Guid webhookId, CancellationToken cancellationToken)
    {
        await using var context = contexts.OfPrimary();
        var webhook = OfOwner(context, ownerId).Where(w => w.WebhookId == webhookId);
        if (!await webhook.AnyAsync(cancellationToken))
        {
            return false;
        }

        // Its log may be long. The webhook goes after it: what a crash leaves of the log can still be deleted. What a write adds that had
        // begun before, the job removes.
        var log = LogOf(context, ownerId, webhookId);
        while (await log.OrderBy(d => d.CreatedAt).Skip(DeletedAtOnce).Select(d => (DateTimeOffset?)d.CreatedAt)
            .FirstOrDefaultAsync(cancellationToken) is { } next)
        {
            await log.Where(d => d.CreatedAt <= next).ExecuteDeleteAsync(cancellationToken);
        }

        var deleted = await webhook.ExecuteDeleteAsync(cancellationToken);
        await log.ExecuteDeleteAsync(cancellationToken);
        return deleted > 0;
    }

    public async Task<Paged<WebhookDelivery>> ListDeliveriesAsync(
        string ownerId, Guid webhookId, string? status, PageRange range, CancellationToken cancellationToken)
    {
        await using var context = contexts.OfPrimary();
        var log = LogOf(context, ownerId, webhookId);
        log = status is null ? log : log.Where(d => d.Status == status);
        var total = await log.LongCountAsync(cancellationToken);
        List<WebhookDelivery> page = range.Skip >= total
            ? []
            : await log.OrderByDescending(d => d.CreatedAt).ThenByDescending(d => d.EventId)
                .Skip((int)range.Skip).Take(range.Size)
                .ToListAsync(cancellationToken);
        return new Paged<WebhookDelivery>(page, total, range.Skip + page.Count < total);
    }

    public async Task<WebhookDelivery?> FindDeliveryAsync(
        string ownerId, Guid webhookId, Guid eventId, CancellationToken cancellationToken)
    {
        await using var context = contexts.OfPrimary();
        return await LogOf(context, ownerId, webhookId).FirstOrDefaultAsync(d => d.EventId == eventId, cancellationToken);
    }

    public async Task<WebhookDelivery?> ReplayAsync(
        string ownerId, Guid webhookId, Guid eventId, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var context = contexts.OfPrimary();
        var one = LogOf(context, ownerId, webhookId).Where(d => d.EventId == eventId);
        var replayed = await one
            .Where(d => d.Status != WebhookDelivery.Pending)
            .ExecuteUpdateAsync(
                set => set
                    .SetProperty(d => d.Status, WebhookDelivery.Pending)
                    .SetProperty(d => d.NextAttemptAt, now)
                    .SetProperty(d => d.Attempts, 0)
                    .SetProperty(d => d.FirstAttemptAt, (DateTimeOffset?)null)
                    .SetProperty(d => d.DeliveredAt, (DateTimeOffset?)null),
                cancellationToken);
        return replayed == 0 ? null : await one.FirstOrDefaultAsync(cancellationToken);
    }

    /// <summary>The webhooks that an owner has made.</summary>
    private static IQueryable<Webhook> OfOwner(SessionDbContext context, string ownerId) =>
        context.Webhooks.Where(w => w.UserId == ownerId && w.Slot != Webhook.NatsSlot);

    /// <summary>The log of a webhook. That of a user is told of this user's sessions alone.</summary>
    private static IQueryable<WebhookDelivery> LogOf(SessionDbContext context, string ownerId, Guid webhookId)
    {
        var log = context.WebhookDeliveries.AsNoTracking().Where(d => d.WebhookId == webhookId);
        return ownerId == Webhook.OfService ? log : log.Where(d => d.UserId == ownerId);
    }
}
