using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using SessionService.Domain.Identity;
using SessionService.Domain.Keys;

namespace SessionService.Infrastructure.Persistence.Configurations;

internal sealed class ApiKeyConfiguration : IEntityTypeConfiguration<ApiKey>
{
    public void Configure(EntityTypeBuilder<ApiKey> builder)
    {
        // The one table whose key does not lead with user_id: a request that brings a key names no user yet.
        builder.ToTable("api_keys", table => table.HasComment(
            "Keys of users and services, for Identity:Mode=ApiKey. A reference table where the database is sharded."));

        builder.HasKey(k => k.KeyId).HasName("pk_api_keys");

        // To list and to erase those of a user.
        builder.HasIndex(k => new { k.UserId, k.KeyId }, "ix_api_keys_user_id");

        builder.Property(k => k.KeyId).HasColumnName("key_id").ValueGeneratedNever().HasComment("Public part of the key.");
        builder.Property(k => k.UserId).HasColumnName("user_id").HasMaxLength(UserIds.MaxLength).UseCollation("C")
            .HasComment("The user for whom the key acts; null for the key of a service.");
        builder.Property(k => k.Name).HasColumnName("name").HasMaxLength(ApiKey.MaxNameLength)
            .HasComment("What the key is for, if somebody said.");
        builder.Property(k => k.SecretHash).HasColumnName("secret_hash")
            .HasComment("SHA-256 of the secret part. The secret is not stored.");
        builder.Property(k => k.CreatedAt).HasColumnName("created_at").HasComment("When the key was created.");
        builder.Property(k => k.ExpiresAt).HasColumnName("expires_at").HasComment("From when on the key is refused; null where it is not.");
        builder.Property(k => k.RevokedAt).HasColumnName("revoked_at").HasComment("When the key was revoked; null where it was not.");
        builder.Property(k => k.LastUsedAt).HasColumnName("last_used_at")
            .HasComment("When the key was last used, to within a few minutes; null where it was not.");
    }
}
