using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using SessionService.Infrastructure.Persistence.Tables;

namespace SessionService.Infrastructure.Persistence.Configurations;

internal sealed class SearchSegmentConfiguration : IEntityTypeConfiguration<SearchSegment>
{
    public void Configure(EntityTypeBuilder<SearchSegment> builder)
    {
        builder.ToTable("search_segments", table => table.HasComment(
            "Inverted indexes, each over a run of one user's messages. "
            + "Rows are never updated: merging and removing put others in their place."));

        builder.HasKey(s => new { s.UserId, s.SegmentId }).HasName("pk_search_segments");

        builder.Property(s => s.UserId).IsUserId("Owner of the messages.");
        builder.Property(s => s.SegmentId).HasColumnName("segment_id").ValueGeneratedNever()
            .HasComment("Id of the segment; in the order of their making.");
        builder.Property(s => s.MessageCount).HasColumnName("message_count").HasComment("Messages that it covers.");
        builder.Property(s => s.Folding).HasColumnName("folding").HasDefaultValue(1)
            .HasComment("Version of the letter folding of its words. Segments of an earlier version are renewed in the background.");
        builder.Property(s => s.Data).HasColumnName("data").HasComment("Dictionary, postings and what is known of each message.");
    }
}
