using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using SessionService.Domain.Webhooks;

namespace SessionService.Infrastructure.Persistence.Configurations;

internal sealed class WebhookConfiguration : IEntityTypeConfiguration<Webhook>
{
    public void Configure(EntityTypeBuilder<Webhook> builder)
    {
        builder.ToTable("webhooks", table => table.HasComment(
            "Addresses that are told of events. A reference table where the database is sharded: every write looks here."));

        builder.HasKey(w => new { w.UserId, w.WebhookId }).HasName("pk_webhooks");

        // Bounds the number of an owner's webhooks.
        builder.HasIndex(w => new { w.UserId, w.Slot }, "ux_webhooks_user_id_slot").IsUnique();

        builder.Property(w => w.UserId).IsUserId("The user whose events are told; empty for the webhooks of the service.");
        builder.Property(w => w.WebhookId).HasColumnName("webhook_id").ValueGeneratedNever().HasComment("The webhook.");
        builder.Property(w => w.Slot).HasColumnName("slot").ValueGeneratedNever().HasComment("The place among the owner's, from 1.");
        builder.Property(w => w.Url).HasColumnName("url").HasMaxLength(Webhook.MaxUrlLength).HasComment("Where events are sent.");
        builder.Property(w => w.Description).HasColumnName("description").HasMaxLength(Webhook.MaxDescriptionLength)
            .HasComment("What the webhook is for, if somebody said.");
        builder.Property(w => w.Events).HasColumnName("events").HasColumnType("text[]").HasComment("Only these events; null for all.");
        builder.Property(w => w.IncludesContent).HasColumnName("includes_content")
            .HasComment("Whether texts and metadata are told, and not only ids and numbers.");
        builder.Property(w => w.IsEnabled).HasColumnName("is_enabled").HasComment("Whether events are told.");
        builder.Property(w => w.DisabledReason).HasColumnName("disabled_reason").HasMaxLength(20)
            .HasComment("failing or gone, where deliveries switched the webhook off.");
        builder.Property(w => w.Secret).HasColumnName("secret")
            .HasComment("The secret that signs payloads; encrypted where Webhooks:EncryptionKey is set.");
        builder.Property(w => w.PreviousSecret).HasColumnName("previous_secret").HasComment("The secret before the last rotation.");
        builder.Property(w => w.PreviousUntil).HasColumnName("previous_until")
            .HasComment("Until when the previous secret signs payloads too.");
        builder.Property(w => w.CreatedAt).HasColumnName("created_at").HasComment("When the webhook was made.");
        builder.Property(w => w.UpdatedAt).HasColumnName("updated_at").HasComment("When the webhook was last changed by its owner.");
        builder.Property(w => w.SucceededAt).HasColumnName("succeeded_at")
            .HasComment("When a delivery last succeeded, to within a minute.");
    }
}
