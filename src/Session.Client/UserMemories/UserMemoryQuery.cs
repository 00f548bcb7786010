using System.Text.Json.Nodes;

namespace SessionService.Client;

/// <summary>Which memories of a user.</summary>
public sealed class UserMemoryQuery
{
    /// <summary>Only memories of this type.</summary>
    public string? MemoryType { get; set; }

    /// <summary>Only memories that came from this session.</summary>
    public Guid? SessionId { get; set; }

    /// <summary>Only memories whose metadata contain this object.</summary>
    public JsonObject? Metadata { get; set; }

    /// <summary>Created after this time.</summary>
    public DateTimeOffset? CreatedAfter { get; set; }

    /// <summary>Created before this time.</summary>
    public DateTimeOffset? CreatedBefore { get; set; }

    /// <summary>Only those that are valid now, or only those that are not.</summary>
    public bool? Valid { get; set; }

    /// <summary>How many a request asks for: 1 to 100, by default 50.</summary>
    public int? PageSize { get; set; }

    /// <summary>Which server may answer.</summary>
    public Consistency? Consistency { get; set; }

    internal static Query ToQuery(UserMemoryQuery? query, int? page, string? cursor) => new()
    {
        { "memory_type", query?.MemoryType },
        { "session_id", query?.SessionId },
        { "metadata", query?.Metadata?.ToJsonString() },
        { "created_after", query?.CreatedAfter },
        { "created_before", query?.CreatedBefore },
        { "valid", query?.Valid },
        { "page", page },
        { "page_size", query?.PageSize },
        { "cursor", cursor },
        { "consistency", query?.Consistency },
    };
}
