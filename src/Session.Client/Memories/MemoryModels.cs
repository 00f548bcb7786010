using System.Text.Json.Nodes;

namespace SessionService.Client;

/// <summary>The memory of a session, which replaces the one it has.</summary>
public sealed class WriteMemoryRequest
{
    /// <summary>What kind of memory, a word of the client's own. Default <c>conversation</c>.</summary>
    public string? MemoryType { get; set; }

    /// <summary>The memory; not blank, at most 1 MiB of UTF-8 by default.</summary>
    public required string Content { get; set; }

    /// <summary>The client's own labels, any JSON object.</summary>
    public JsonObject? Metadata { get; set; }

    /// <summary>What the user prefers, any JSON object.</summary>
    public JsonObject? UserPreferences { get; set; }

    /// <summary>What is still to be done, any JSON array.</summary>
    public JsonArray? OngoingTasks { get; set; }
}

/// <summary>The memory of a session.</summary>
public sealed class MemoryResponse
{
    /// <summary>The memory's id; it stays when the memory is replaced.</summary>
    public Guid MemoryId { get; set; }

    /// <summary>The session's id.</summary>
    public Guid SessionId { get; set; }

    /// <summary>The session's owner.</summary>
    public string UserId { get; set; } = "";

    /// <summary>What kind of memory.</summary>
    public string MemoryType { get; set; } = "";

    /// <summary>The memory.</summary>
    public string Content { get; set; } = "";

    /// <summary>The client's own labels.</summary>
    public JsonObject Metadata { get; set; } = [];

    /// <summary>What the user prefers.</summary>
    public JsonObject UserPreferences { get; set; } = [];

    /// <summary>What is still to be done, a JSON array.</summary>
    public JsonArray OngoingTasks { get; set; } = [];

    /// <summary>The messages that the session held when the memory was written.</summary>
    public long TotalMessages { get; set; }

    /// <summary>The messages of the current branch that came since: it tells an agent when to summarise again.</summary>
    public long MessagesSinceLastSummary { get; set; }

    /// <summary>When the memory was last written.</summary>
    public DateTimeOffset LastSummaryAt { get; set; }

    /// <summary>When the memory was first written.</summary>
    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>When the memory last changed.</summary>
    public DateTimeOffset UpdatedAt { get; set; }
}
