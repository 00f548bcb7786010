using System.Data;
using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Query.SqlExpressions;
using Microsoft.EntityFrameworkCore.Storage;
using SessionService.Domain.Feedback;
using SessionService.Domain.Idempotency;
using SessionService.Domain.Keys;
using SessionService.Domain.Memories;
using SessionService.Domain.Messages;
using SessionService.Domain.Sessions;
using SessionService.Domain.UserMemories;
using SessionService.Domain.Webhooks;
using SessionService.Infrastructure.Persistence.Tables;

namespace SessionService.Infrastructure.Persistence;

/// <summary>
/// The tables of the schema <c>dev</c>. Every key leads with <c>user_id</c>: one user's data is one shard. The exceptions are the table of
/// API keys, in which a request finds its user, and that of session ids, which no two users may share.
/// </summary>
public sealed class SessionDbContext(DbContextOptions<SessionDbContext> options) : DbContext(options)
{
    public const string Schema = "dev";

    public const string MigrationsHistoryTable = "__EFMigrationsHistory";

    public DbSet<Session> Sessions => Set<Session>();

    public DbSet<SessionIdOwner> SessionIds => Set<SessionIdOwner>();

    public DbSet<SessionCount> SessionCounts => Set<SessionCount>();

    public DbSet<SessionMessage> Messages => Set<SessionMessage>();

    public DbSet<MessageSegment> MessageSegments => Set<MessageSegment>();

    public DbSet<SessionBranch> SessionBranches => Set<SessionBranch>();

    public DbSet<MessageFeedback> MessageFeedback => Set<MessageFeedback>();

    public DbSet<OpenMessage> OpenMessages => Set<OpenMessage>();

    public DbSet<MessageDelta> MessageDeltas => Set<MessageDelta>();

    public DbSet<ConversationItem> ConversationItems => Set<ConversationItem>();

    public DbSet<Attachment> Attachments => Set<Attachment>();

    public DbSet<AttachmentPiece> AttachmentPieces => Set<AttachmentPiece>();

    public DbSet<AttachmentUse> AttachmentUses => Set<AttachmentUse>();

    public DbSet<AttachmentRemoval> AttachmentRemovals => Set<AttachmentRemoval>();

    public DbSet<MessageTokens> MessageTokens => Set<MessageTokens>();

    public DbSet<SessionMemory> Memories => Set<SessionMemory>();

    public DbSet<UserMemory> UserMemories => Set<UserMemory>();

    public DbSet<UserMemoryVersion> UserMemoryVersions => Set<UserMemoryVersion>();

    public DbSet<MessageVectors> MessageVectors => Set<MessageVectors>();

    public DbSet<StatisticsCounter> StatisticsCounters => Set<StatisticsCounter>();

    public DbSet<IdempotencyRecord> IdempotencyRecords => Set<IdempotencyRecord>();

    public DbSet<SearchSegment> SearchSegments => Set<SearchSegment>();

    public DbSet<UsageRecord> Usage => Set<UsageRecord>();

    public DbSet<UserLock> UserLocks => Set<UserLock>();

    public DbSet<OrphanedRow> OrphanedRows => Set<OrphanedRow>();

    public DbSet<ApiKey> ApiKeys => Set<ApiKey>();

    public DbSet<Webhook> Webhooks => Set<Webhook>();

    public DbSet<WebhookDelivery> WebhookDeliveries => Set<WebhookDelivery>();

    /// <summary>
    /// The length of a text, or of JSON as text, in bytes. Of a text the database knows the length without reading the text. In
    /// queries only.
    /// </summary>
    public static int TextBytes(string text) => throw new NotSupportedException("Only the database tells the length of a stored text.");

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.HasDefaultSchema(Schema);
        modelBuilder.HasDbFunction(() => TextBytes("")).HasTranslation(TextBytesSql);
        modelBuilder.ApplyConfigurationsFromAssembly(typeof(SessionDbContext).Assembly);
    }

    private static SqlFunctionExpression TextBytesSql(IReadOnlyList<SqlExpression> arguments) => new(
        "octet_length",
        [new SqlUnaryExpression(ExpressionType.Convert, arguments[0], typeof(string), new StringTypeMapping("text", DbType.String))],
        nullable: true,
        argumentsPropagateNullability: [true],
        typeof(int),
        typeMapping: null);
}
