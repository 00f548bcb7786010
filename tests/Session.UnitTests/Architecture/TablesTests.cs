using System.Reflection;
using System.Text.RegularExpressions;

namespace SessionService.UnitTests.Architecture;

/// <summary>
/// Each table has an owner. Which other folders name the table, and why, says docs/decisions/0030-tables-have-owners.md; a folder
/// that is not listed there asks the owner.
/// </summary>
public sealed partial class TablesTests
{
    // Table or set of EF's context, owner, other folders.
    private static readonly (string Table, string Set, string Owner, string[] Others)[] Tables =
    [
        ("sessions", "Sessions", "Sessions",
            ["Archival", "Branches", "Copies", "Deltas", "Digests", "Erasure", "Exports", "Feedback", "Forks", "Imports", "Live", "Memories", "Messages", "Outbox", "Search", "Statistics", "Usage", "UserMemories"]),
        ("session_ids", "SessionIds", "Sessions", []),
        ("user_locks", "UserLocks", "Persistence", []),
        ("session_counts", "SessionCounts", "Statistics", ["Erasure", "Sessions"]),
        ("session_messages", "Messages", "Messages", ["Copies", "Deltas", "Digests", "Erasure", "Live", "MemorySearch", "Usage"]),
        ("open_messages", "OpenMessages", "Deltas", ["Live", "Messages"]),
        ("message_deltas", "MessageDeltas", "Deltas", []),
        ("message_segments", "MessageSegments", "Messages", ["Erasure", "Live", "MemorySearch"]),
        ("session_branches", "SessionBranches", "Branches", ["Copies", "Exports", "Messages", "Search"]),
        ("message_feedback", "MessageFeedback", "Feedback", []),
        ("conversation_items", "ConversationItems", "Conversations", ["Copies", "Erasure", "Forks", "Imports", "Messages"]),
        ("attachments", "Attachments", "Attachments", []),
        ("attachment_pieces", "AttachmentPieces", "Attachments", []),
        ("attachment_uses", "AttachmentUses", "Attachments", ["Copies", "Forks", "Messages"]),
        ("attachment_removals", "AttachmentRemovals", "Attachments", []),
        ("message_tokens", "MessageTokens", "Contexts", []),
        ("message_vectors", "MessageVectors", "MemorySearch", ["Erasure"]),
        ("session_memories", "Memories", "Memories", ["Copies", "Exports", "Forks", "MemorySearch", "Search", "Sessions"]),
        ("user_memories", "UserMemories", "UserMemories", ["Exports", "MemorySearch"]),
        ("user_memory_versions", "UserMemoryVersions", "UserMemories", ["Exports"]),
        ("search_segments", "SearchSegments", "Search", []),
        ("session_statistics", "StatisticsCounters", "Statistics", ["Erasure"]),
        ("idempotency_keys", "IdempotencyRecords", "Idempotency", ["Deltas", "Memories", "Messages", "Sessions", "UserMemories"]),
        ("usage", "Usage", "Usage", []),
        ("orphaned_rows", "OrphanedRows", "Schema", []),
        ("api_keys", "ApiKeys", "Keys", []),
        ("webhooks", "Webhooks", "Webhooks", ["Outbox"]),
        ("webhook_deliveries", "WebhookDeliveries", "Webhooks", ["Outbox"]),
    ];

    private static readonly string Infrastructure = Path.Combine(
        typeof(TablesTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == "Sources").Value!,
        "Session.Infrastructure");

    [Fact]
    public void A_table_is_named_by_its_owner_and_by_the_folders_that_the_decision_lists()
    {
        var uses = Uses().ToHashSet();

        var listed = Tables.SelectMany(table => table.Others.Select(folder => (folder, table.Table))).ToHashSet();
        Assert.Equal(listed.Order(), uses.Where(use => OwnerOf(use.Table) != use.Folder).Order());
    }

    private static string OwnerOf(string table) => Tables.Single(known => known.Table == table).Owner;

    /// <summary>Which folder names which table, in SQL or by a set of EF's context.</summary>
    private static IEnumerable<(string Folder, string Table)> Uses()
    {
        foreach (var file in Directory.EnumerateFiles(Infrastructure, "*.cs", SearchOption.AllDirectories))
        {
            var folder = Path.GetRelativePath(Infrastructure, file).Split(Path.DirectorySeparatorChar)[0];
            if (folder is "Persistence" or "obj" or "bin")
            {
                continue;
            }

            var text = File.ReadAllText(file);
            foreach (var table in Tables)
            {
                if (InSql().Matches(text).Any(match => match.Groups["table"].Value == table.Table)
                    || InEf().Matches(text).Any(match => match.Groups["set"].Value == table.Set))
                {
                    yield return (folder, table.Table);
                }
            }
        }
    }

    [GeneratedRegex(@"\bdev\.(?<table>[a-z_]+)\b", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 60_000)]
    private static partial Regex InSql();

    [GeneratedRegex(@"\b[cC]ontext\.(?<set>[A-Z]\w+)\b", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 60_000)]
    private static partial Regex InEf();
}
