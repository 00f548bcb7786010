using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using SessionService.Application.Json;

namespace SessionService.Application.Conversations;

/// <summary>A conversation.</summary>
public sealed class ConversationResponse
{
    /// <summary><c>conv_</c> and the session's UUID without hyphens.</summary>
    /// <example>conv_a87a9d6e41374d418ab8a13c4abcc83e</example>
    [Required]
    public required string Id { get; init; }

    /// <summary>Always <c>conversation</c>.</summary>
    /// <example>conversation</example>
    [Required]
    [JsonPropertyName("object")]
    public string Kind { get; } = "conversation";

    /// <summary>When it was created, in seconds since 1970.</summary>
    /// <example>1758637309</example>
    [Required]
    public required long CreatedAt { get; init; }

    /// <summary>The strings among the session's metadata.</summary>
    /// <example>{"topic": "demo"}</example>
    [Required]
    public required IReadOnlyDictionary<string, string> Metadata { get; init; }
}

/// <summary>A conversation that was deleted.</summary>
public sealed class ConversationDeletedResponse
{
    /// <summary>Its id.</summary>
    /// <example>conv_a87a9d6e41374d418ab8a13c4abcc83e</example>
    [Required]
    public required string Id { get; init; }

    /// <summary>Always <c>conversation.deleted</c>.</summary>
    /// <example>conversation.deleted</example>
    [Required]
    [JsonPropertyName("object")]
    public string Kind { get; } = "conversation.deleted";

    /// <summary>Always true.</summary>
    /// <example>true</example>
    [Required]
    public bool Deleted { get; } = true;
}

/// <summary>Items of a conversation.</summary>
public sealed class ConversationItemListResponse
{
    /// <summary>Always <c>list</c>.</summary>
    /// <example>list</example>
    [Required]
    [JsonPropertyName("object")]
    public string Kind { get; } = "list";

    /// <summary>The items.</summary>
    [Required]
    public required IReadOnlyList<JsonText> Data { get; init; }

    /// <summary>The id of the first item; empty where there is none.</summary>
    /// <example>msg_5d8a1a6c6f0b8c1e0000000000010000</example>
    [Required(AllowEmptyStrings = true)]
    public required string FirstId { get; init; }

    /// <summary>The id of the last item: the <c>after</c> of the next page; empty where there is none.</summary>
    /// <example>msg_5d8a1a6c6f0b8c1e0000000000010000</example>
    [Required(AllowEmptyStrings = true)]
    public required string LastId { get; init; }

    /// <summary>Whether there are more items after the last.</summary>
    /// <example>false</example>
    [Required]
    public required bool HasMore { get; init; }

    internal static ConversationItemListResponse Of(IReadOnlyList<ShownItem> items, bool hasMore) => new()
    {
        Data = [.. items.Select(item => item.Json)],
        FirstId = items.Count == 0 ? "" : items[0].Id,
        LastId = items.Count == 0 ? "" : items[^1].Id,
        HasMore = hasMore,
    };
}
