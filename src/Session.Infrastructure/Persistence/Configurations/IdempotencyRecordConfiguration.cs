using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using SessionService.Application.Idempotency;
using SessionService.Domain.Idempotency;

namespace SessionService.Infrastructure.Persistence.Configurations;

internal sealed class IdempotencyRecordConfiguration : IEntityTypeConfiguration<IdempotencyRecord>
{
    public void Configure(EntityTypeBuilder<IdempotencyRecord> builder)
    {
        // No foreign key to the sessions: it would cost each write with a key one more look-up, and the rows go after a day anyway.
        builder.ToTable("idempotency_keys", table => table.HasComment(
            "Writes that carried an Idempotency-Key, so that the same request is not made twice. Removed in the background after a day."));

        builder.HasKey(r => new { r.UserId, r.Key }).HasName("pk_idempotency_keys");

        // Only to find what has expired, of every user.
        builder.HasIndex(r => r.CreatedAt, "ix_idempotency_keys_created_at");

        builder.Property(r => r.UserId).IsUserId("Whose key it is.");
        builder.Property(r => r.Key).HasColumnName("idempotency_key").HasMaxLength(IdempotencyKey.MaxLength).UseCollation("C")
            .HasComment("The client's key.");
        builder.Property(r => r.RequestHash).HasColumnName("request_hash")
            .HasComment("SHA-256 of the operation and the request; the same key with another is refused.");
        builder.Property(r => r.SessionId).HasColumnName("session_id")
            .HasComment("The session that was written to, made or named; zeros where there is none.");
        builder.Property(r => r.Answer).HasColumnName("answer").HasColumnType(ColumnTypes.Json)
            .HasComment("What the database decided and the first answer told; the rest follows from the request. No content.");
        builder.Property(r => r.CreatedAt).HasColumnName("created_at").HasComment("When the write was made.");
    }
}
