using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using SessionService.Domain.Webhooks;

namespace SessionService.Infrastructure.Persistence.Configurations;

internal sealed class WebhookDeliveryConfiguration : IEntityTypeConfiguration<WebhookDelivery>
{
    private const string IsPending = $"status = '{WebhookDelivery.Pending}'";

    public void Configure(EntityTypeBuilder<WebhookDelivery> builder)
    {
        builder.ToTable("webhook_deliveries", table => table.HasComment(
            "The outbox of the webhooks, and their log: a write stores in its own transaction what they are told of it."));

        // No foreign keys: the news that a session was deleted outlives it, and a write need not wait for one who deletes a webhook.
        builder.HasKey(d => new { d.UserId, d.SessionId, d.WebhookId, d.EventId }).HasName("pk_webhook_deliveries");

        // The next one of a session.
        builder.HasIndex(
            d => new { d.UserId, d.SessionId, d.WebhookId, d.Position, d.EventId }, "ix_webhook_deliveries_pending").HasFilter(IsPending);

        // What is due, for all users.
        builder.HasIndex(d => d.NextAttemptAt, "ix_webhook_deliveries_due").HasFilter(IsPending);

        // The log of a webhook, and one entry of it.
        builder.HasIndex(d => new { d.WebhookId, d.CreatedAt, d.EventId }, "ix_webhook_deliveries_log");
        builder.HasIndex(d => new { d.WebhookId, d.EventId }, "ix_webhook_deliveries_event");

        builder.Property(d => d.UserId).IsUserId("Owner of the session.");
        builder.Property(d => d.SessionId).HasColumnName("session_id").HasComment("The session.");
        builder.Property(d => d.WebhookId).HasColumnName("webhook_id").HasComment("The webhook.");
        builder.Property(d => d.EventId).HasColumnName("event_id").HasComment("The event, the same for all webhooks and attempts.");
        builder.Property(d => d.Position).HasColumnName("position")
            .HasComment("The order of the session's events: its messages and changes together; -1 where the session is gone.");
        builder.Property(d => d.Type).HasColumnName("type").HasMaxLength(50).HasComment("The name of the event.");
        builder.Property(d => d.Data).HasColumnName("data").HasColumnType(ColumnTypes.Json)
            .HasComment("What the event tells besides user and session; no content.");
        builder.Property(d => d.CreatedAt).HasColumnName("created_at").HasComment("The time of the write.");
        builder.Property(d => d.Status).HasColumnName("status").HasMaxLength(20).HasComment("pending, delivered or dead.");
        builder.Property(d => d.NextAttemptAt).HasColumnName("next_attempt_at")
            .HasComment("When the next attempt is due; during an attempt, when another instance may take over.");
        builder.Property(d => d.Attempts).HasColumnName("attempts").HasComment("Number of attempts that have begun.");
        builder.Property(d => d.FirstAttemptAt).HasColumnName("first_attempt_at").HasComment("When the first attempt began.");
        builder.Property(d => d.LastAttemptAt).HasColumnName("last_attempt_at").HasComment("When the last attempt began.");
        builder.Property(d => d.LastStatus).HasColumnName("last_status")
            .HasComment("The HTTP status of the last answer, if there was one.");
        builder.Property(d => d.LastError).HasColumnName("last_error").HasMaxLength(30)
            .HasComment("Why the last attempt failed, as a word.");
        builder.Property(d => d.DeliveredAt).HasColumnName("delivered_at").HasComment("When the event was delivered.");
    }
}
