namespace SessionService.Infrastructure.Persistence;

/// <summary>
/// The keys of all advisory locks of the service. The locks save work or make others wait; which data is right never depends on them.
/// </summary>
internal static class AdvisoryLocks
{
    /// <summary>
    /// One user's data that is worked out from messages; the user is <c>$1</c>. Digests and merges of search segments take the lock alone;
    /// forks share it, so that a redaction happens before the fork or finds it.
    /// </summary>
    public const string OfUser = "hashtextextended($1, 5)";

    /// <summary>The attachments of one user, so that two uploads cannot exceed the quota together; the user is <c>$1</c>.</summary>
    public const string AttachmentsOfUser = "hashtextextended($1, 9)";

    /// <summary>The webhooks of one owner, who is <c>{0}</c>: those who make some at the same time do not race for a place.</summary>
    public const string WebhooksOfOwner = "hashtextextended({0}, 13)";

    /// <summary>The job of the embeddings, which one instance runs at a time.</summary>
    public const string EmbeddingUpkeep = "hashtextextended('embedding upkeep', 7)";

    /// <summary>Shared by the instances that listen to announcements; see the folder <c>Announcements</c>.</summary>
    public const string Listeners = "hashtextextended('session listeners', 11)";

    /// <summary>The migrations, by one instance at a time: "sessions" in ASCII.</summary>
    public const long SchemaMigration = 0x73657373696f6e73;
}
