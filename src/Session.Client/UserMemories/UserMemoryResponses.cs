using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace SessionService.Client;

/// <summary>A memory of a user.</summary>
public sealed class UserMemoryResponse : ITagged
{
    /// <summary>The memory's id; it stays when the memory is changed.</summary>
    public Guid MemoryId { get; set; }

    /// <summary>Whose memory it is.</summary>
    public string UserId { get; set; } = "";

    /// <summary>What kind of memory.</summary>
    public string MemoryType { get; set; } = "";

    /// <summary>The memory.</summary>
    public string Content { get; set; } = "";

    /// <summary>The client's own labels.</summary>
    public JsonObject Metadata { get; set; } = [];

    /// <summary>The session that it came from; null where none was given.</summary>
    public Guid? SessionId { get; set; }

    /// <summary>The number of the message that it came from; null where none was given.</summary>
    public long? Sequence { get; set; }

    /// <summary>How much it matters, 0 to 1; null where nobody said.</summary>
    public decimal? Importance { get; set; }

    /// <summary>When it ceases to hold; null where it does not.</summary>
    public DateTimeOffset? ValidUntil { get; set; }

    /// <summary>1, and one more with every change; also the <c>ETag</c>.</summary>
    public int Version { get; set; }

    /// <summary>When the memory was created.</summary>
    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>When this version was written.</summary>
    public DateTimeOffset UpdatedAt { get; set; }

    /// <summary>The version of what the answer shows, for <c>If-Match</c>; <see langword="null"/> in a list.</summary>
    [JsonIgnore]
    public string? ETag { get; set; }
}

/// <summary>The memories of a batch, as stored.</summary>
public sealed class UserMemoryBatchResponse
{
    /// <summary>The memories, in the given order.</summary>
    public IReadOnlyList<UserMemoryResponse> Memories { get; set; } = [];

    /// <summary>How many they are.</summary>
    public int Total { get; set; }
}

/// <summary>A page of a user's memories, newest first.</summary>
public sealed class UserMemoryListResponse
{
    /// <summary>The memories of the page.</summary>
    public IReadOnlyList<UserMemoryResponse> Memories { get; set; } = [];

    /// <summary>How many memories the filters choose in all, not only on this page.</summary>
    public long Total { get; set; }

    /// <summary>The number of the page, from 1; with a cursor always 1.</summary>
    public int Page { get; set; }

    /// <summary>Memories a page.</summary>
    public int PageSize { get; set; }

    /// <summary>Where the list goes on, to be given as <c>cursor</c>; null at its end.</summary>
    public string? NextCursor { get; set; }
}

/// <summary>The versions of a memory, the newest first.</summary>
public sealed class UserMemoryVersionsResponse
{
    /// <summary>The versions of the page: what the memory is, and what it was before each change.</summary>
    public IReadOnlyList<UserMemoryResponse> Versions { get; set; } = [];

    /// <summary>How many versions are kept, the current one among them.</summary>
    public long Total { get; set; }

    /// <summary>The number of the page, from 1.</summary>
    public int Page { get; set; }

    /// <summary>Versions a page.</summary>
    public int PageSize { get; set; }
}

/// <summary>The memory is gone.</summary>
public sealed class UserMemoryDeletedResponse
{
    /// <summary>Always the same text.</summary>
    public string Message { get; set; } = "";
}
