namespace SessionService.Infrastructure.Persistence;

/// <summary>
/// The keys of all advisory locks of the service, each of which holds on one server. A sharded database has rows in place of the locks of
/// users (<see cref="IUserLocks"/>) and no webhooks. The other locks save work there, and which data is right does not depend on them.
/// </summary>
internal static class AdvisoryLocks
{
    /// <summary><see cref="UserLockKind.Derived"/>; the user is <c>$1</c>.</summary>
    public const string OfUser = "hashtextextended($1, 5)";

    /// <summary><see cref="UserLockKind.Attachments"/>; the user is <c>$1</c>.</summary>
    public const string AttachmentsOfUser = "hashtextextended($1, 9)";

    /// <summary>The webhooks of one owner, who is <c>{0}</c>: those who make some at the same time do not race for a place.</summary>
    public const string WebhooksOfOwner = "hashtextextended({0}, 13)";

    /// <summary>
    /// The job of the embeddings, which one instance runs at a time to save work. Two that run at once store each vector only where nothing
    /// was stored meanwhile.
    /// </summary>
    public const string EmbeddingUpkeep = "hashtextextended('embedding upkeep', 7)";

    /// <summary>Shared by the instances that listen to announcements; see the folder <c>Announcements</c>.</summary>
    public const string Listeners = "hashtextextended('session listeners', 11)";

    /// <summary>The migrations, by one instance at a time: "sessions" in ASCII.</summary>
    public const long SchemaMigration = 0x73657373696f6e73;
}
