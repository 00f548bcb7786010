namespace SessionService.Client;

/// <summary>Which messages of a session, and in which order.</summary>
public sealed class MessageQuery
{
    /// <summary>Only messages after this number.</summary>
    public long? After { get; set; }

    /// <summary>Only messages before this number.</summary>
    public long? Before { get; set; }

    /// <summary>How many a request asks for: 1 to 1,000, by default 100.</summary>
    public int? Limit { get; set; }

    /// <summary>The order. By default ascending: the oldest first.</summary>
    public SortOrder? Order { get; set; }

    /// <summary>Only messages of this role.</summary>
    public MessageRole? Role { get; set; }

    /// <summary>Only messages of this type.</summary>
    public string? MessageType { get; set; }

    /// <summary>Conditions on the metadata. They do not go with numbered pages.</summary>
    public IReadOnlyList<MetadataCondition>? Metadata { get; set; }

    /// <summary>The messages of this branch, or of <c>all</c>; by default those of the current branch.</summary>
    public string? Branch { get; set; }

    /// <summary>What else is put into each message, and whether the list goes on behind a message in progress.</summary>
    public MessageListInclusion? Include { get; set; }

    /// <summary>How attachments are given; by default they are named only.</summary>
    public AttachmentForm? Attachments { get; set; }

    /// <summary>Which server may answer.</summary>
    public Consistency? Consistency { get; set; }

    internal Query ToQuery() => new()
    {
        { "role", Role },
        { "message_type", MessageType },
        { "attachments", Attachments },
        { "branch", Branch },
        { "include", Include },
        { "consistency", Consistency },
        Metadata,
    };
}
