using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace SessionService.Client;

/// <summary>What a message in progress grows by: a text or parts, one of the two.</summary>
public sealed class AddDeltaRequest
{
    /// <summary>The place of the delta within the message: 0, 1, 2 …</summary>
    public required int Index { get; set; }

    /// <summary>The text that comes next, of at most 256 KiB of UTF-8 by default.</summary>
    public string? Text { get; set; }

    /// <summary>The parts that come next, as in the content of a message, of at most 256 KiB by default.</summary>
    public JsonArray? Parts { get; set; }
}

/// <summary>How far a message in progress has grown.</summary>
public sealed class DeltasResponse
{
    /// <summary>The session's id.</summary>
    public Guid SessionId { get; set; }

    /// <summary>The number of the message.</summary>
    public long Sequence { get; set; }

    /// <summary>The index of the delta that the message takes next. All deltas before it are stored.</summary>
    public int NextIndex { get; set; }
}

/// <summary>How a message in progress ends.</summary>
public sealed class CompleteMessageRequest
{
    /// <summary>
    /// What the message says, a text or an array of parts, in place of what the deltas make. By default the deltas make it.
    /// </summary>
    public JsonNode? Content { get; set; }

    /// <summary>The parts of the message, as in an array in <c>content</c>. Not together with <c>content</c>.</summary>
    public JsonArray? Parts { get; set; }

    /// <summary>Tokens that the message cost. By default what was given when it was opened.</summary>
    public int? TokensUsed { get; set; }

    /// <summary>What the message cost, USD; kept to ten fraction digits. By default what was given when it was opened.</summary>
    public decimal? CostUsd { get; set; }

    /// <summary>The client's own labels, any JSON object, in place of those that were given when the message was opened.</summary>
    public JsonObject? Metadata { get; set; }

    /// <summary>
    /// <c>completed</c>, the default, or <c>incomplete</c> where the model stopped before its answer ended.
    /// </summary>
    public MessageEnding? Status { get; set; }
}

/// <summary>How a message in progress ends. A newer service may send words that are not named here.</summary>
[JsonConverter(typeof(WordConverter<MessageEnding>))]
public readonly record struct MessageEnding(string Value) : IWord<MessageEnding>
{
    /// <summary><c>completed</c>.</summary>
    public static MessageEnding Completed { get; } = new("completed");

    /// <summary><c>incomplete</c>.</summary>
    public static MessageEnding Incomplete { get; } = new("incomplete");

    /// <inheritdoc/>
    public override string ToString() => Value ?? "";

    static MessageEnding IWord<MessageEnding>.Of(string word) => new(word);
}
