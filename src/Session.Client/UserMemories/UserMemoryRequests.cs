using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace SessionService.Client;

/// <summary>A memory of a user, to create or to replace one with.</summary>
public sealed class WriteUserMemoryRequest
{
    /// <summary>
    /// What kind of memory, a word of the client's own: <c>fact</c> (the default), <c>preference</c>, <c>episode</c>, <c>procedure</c>
    /// …
    /// </summary>
    public string? MemoryType { get; set; }

    /// <summary>The client's own labels, any JSON object.</summary>
    public JsonObject? Metadata { get; set; }

    /// <summary>The session that the memory came from, one of the user's.</summary>
    public Guid? SessionId { get; set; }

    /// <summary>The number of the message that it came from, together with <c>session_id</c>.</summary>
    public long? Sequence { get; set; }

    /// <summary>The importance, 0 to 1; kept to six fraction digits.</summary>
    public decimal? Importance { get; set; }

    /// <summary>When the memory ceases to hold (RFC 3339). After that, search finds it only if asked to.</summary>
    public DateTimeOffset? ValidUntil { get; set; }

    /// <summary>The memory; not blank, at most 1 MiB of UTF-8 by default.</summary>
    public required string Content { get; set; }
}

/// <summary>Memories of a user to create, all of them or none.</summary>
public sealed class CreateUserMemoryBatchRequest
{
    /// <summary>The memories.</summary>
    public required IReadOnlyList<WriteUserMemoryRequest> Memories { get; set; }
}

/// <summary>
/// A JSON merge patch (RFC 7396) of a memory of a user: a given field replaces the stored one, an absent field stays, and <c>null</c>
/// resets it.
/// </summary>
public sealed class PatchUserMemoryRequest
{
    /// <summary>
    /// What kind of memory, a word of the client's own: <c>fact</c> (the default), <c>preference</c>, <c>episode</c>, <c>procedure</c>
    /// …
    /// </summary>
    [JsonConverter(typeof(OptionalConverter<string>)), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Optional<string> MemoryType { get; set; }

    /// <summary>The client's own labels, any JSON object.</summary>
    [JsonConverter(typeof(OptionalConverter<JsonObject>)), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Optional<JsonObject> Metadata { get; set; }

    /// <summary>The session that the memory came from, one of the user's.</summary>
    [JsonConverter(typeof(OptionalConverter<Guid?>)), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Optional<Guid?> SessionId { get; set; }

    /// <summary>The number of the message that it came from, together with <c>session_id</c>.</summary>
    [JsonConverter(typeof(OptionalConverter<long?>)), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Optional<long?> Sequence { get; set; }

    /// <summary>The importance, 0 to 1; kept to six fraction digits.</summary>
    [JsonConverter(typeof(OptionalConverter<decimal?>)), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Optional<decimal?> Importance { get; set; }

    /// <summary>When the memory ceases to hold (RFC 3339). After that, search finds it only if asked to.</summary>
    [JsonConverter(typeof(OptionalConverter<DateTimeOffset?>)), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Optional<DateTimeOffset?> ValidUntil { get; set; }

    /// <summary>The memory; not blank, at most 1 MiB of UTF-8 by default.</summary>
    [JsonConverter(typeof(OptionalConverter<string>)), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Optional<string> Content { get; set; }

    /// <summary>The user whose memory it is; naming another user is refused.</summary>
    public string? UserId { get; set; }
}
