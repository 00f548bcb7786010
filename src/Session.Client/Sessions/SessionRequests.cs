using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace SessionService.Client;

/// <summary>A session to create.</summary>
public sealed class CreateSessionRequest
{
    /// <summary>The owner. May be left out where the caller is known; naming another user than the caller is refused.</summary>
    public string? UserId { get; set; }

    /// <summary>The id of the new session; one is made where none is given.</summary>
    public Guid? SessionId { get; set; }

    /// <summary>The title, up to 500 characters.</summary>
    public string? Title { get; set; }

    /// <summary>
    /// When the conversation began, for history that is stored afterwards (RFC 3339, from 1970, not in the future); now otherwise. A
    /// time up to five minutes ahead counts as now.
    /// </summary>
    public DateTimeOffset? CreatedAt { get; set; }

    /// <summary>The client's own data, any JSON object.</summary>
    public JsonObject? ConversationData { get; set; }

    /// <summary>The client's own labels, any JSON object.</summary>
    public JsonObject? Metadata { get; set; }
}

/// <summary>A change of a session. A given field replaces the stored one; an absent field stays.</summary>
public sealed class UpdateSessionRequest
{
    /// <summary>The new status. <c>ended</c> is final; <c>archived</c> and <c>expired</c> lead back to <c>active</c> only.</summary>
    public SessionStatus? Status { get; set; }

    /// <summary>The title, up to 500 characters.</summary>
    public string? Title { get; set; }

    /// <summary>The client's own data, any JSON object.</summary>
    public JsonObject? ConversationData { get; set; }

    /// <summary>The client's own labels, any JSON object.</summary>
    public JsonObject? Metadata { get; set; }

    /// <summary>What the session was about; may be empty. At most 1 MiB of UTF-8, by default.</summary>
    public string? SessionSummary { get; set; }

    /// <summary>
    /// When the session was last active (RFC 3339, from 1970, not in the future). A time up to five minutes ahead counts as now.
    /// </summary>
    public DateTimeOffset? LastActivity { get; set; }
}

/// <summary>
/// A JSON merge patch (RFC 7396) of a session: an object is merged into the stored one member by member at every level, null removes a
/// member, and any other value replaces it.
/// </summary>
public sealed class PatchSessionRequest
{
    /// <summary>The title, up to 500 characters; null removes it.</summary>
    [JsonConverter(typeof(OptionalConverter<string>)), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Optional<string> Title { get; set; }

    /// <summary>Merged into the client's own data; null empties it.</summary>
    [JsonConverter(typeof(OptionalConverter<JsonObject>)), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Optional<JsonObject> ConversationData { get; set; }

    /// <summary>Merged into the client's own labels; null empties them.</summary>
    [JsonConverter(typeof(OptionalConverter<JsonObject>)), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Optional<JsonObject> Metadata { get; set; }

    /// <summary>
    /// The project that the session belongs to, up to 255 characters: stored as <c>metadata.project_id</c>; null removes it.
    /// </summary>
    [JsonConverter(typeof(OptionalConverter<string>)), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Optional<string> ProjectId { get; set; }

    /// <summary>The caller, where nothing else names one; naming another user than the caller is refused.</summary>
    public string? UserId { get; set; }
}

/// <summary>Where to fork a session.</summary>
public sealed class ForkSessionRequest
{
    /// <summary>The number of the last message to copy, in the current branch. Default: all messages of the branch.</summary>
    public long? ThroughSequence { get; set; }
}

/// <summary>Who gets the copy of a session.</summary>
public sealed class CopySessionRequest
{
    /// <summary>The owner of the copy. The caller must be allowed to act for this user too.</summary>
    public required string UserId { get; set; }
}
