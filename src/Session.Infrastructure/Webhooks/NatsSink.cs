using Microsoft.EntityFrameworkCore;
using SessionService.Domain.Webhooks;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Webhooks;

/// <summary>
/// The row by which writes store events for NATS. Instances that have the setting renew it. Those that do not have it switch it off when
/// nobody has renewed it for long, so one instance with other settings does no harm.
/// </summary>
internal sealed class NatsSink(SessionContexts contexts)
{
    /// <summary>Makes the row, or notes that it is still wanted.</summary>
    /// <remarks>By hand: several instances may make it at the same time.</remarks>
    public async Task RenewAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var context = contexts.OfPrimary();
        await context.Database.ExecuteSqlAsync(
            $"""
            INSERT INTO dev.webhooks AS w
                (user_id, webhook_id, slot, url, includes_content, is_enabled, secret, created_at, updated_at)
            VALUES ({Webhook.OfService}, {Webhook.NatsId}, {Webhook.NatsSlot}, 'nats:', false, true, '', {now}, {now})
            ON CONFLICT (user_id, webhook_id) DO UPDATE
            SET is_enabled = true, updated_at = greatest(w.updated_at, excluded.updated_at)
            """,
            cancellationToken);
    }

    /// <summary>Switches the row off if nobody has renewed it since a time. What is left for it is given up as for any webhook.</summary>
    public async Task DisableAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        await using var context = contexts.OfPrimary();
        await context.Webhooks
            .Where(w => w.UserId == Webhook.OfService && w.WebhookId == Webhook.NatsId && w.IsEnabled && w.UpdatedAt < before)
            .ExecuteUpdateAsync(set => set.SetProperty(w => w.IsEnabled, false), cancellationToken);
    }
}
