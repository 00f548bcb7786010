using System.Text.Json;
using System.Text.Json.Serialization;

namespace SessionService.Benchmarks.Recall;

/// <summary>A conversation in the form of LoCoMo, with questions and the turns that answer them.</summary>
internal sealed record Conversation(
    [property: JsonPropertyName("id")] string Id,
    [property: JsonPropertyName("sessions")] IReadOnlyList<ConversationSession> Sessions,
    [property: JsonPropertyName("questions")] IReadOnlyList<ConversationQuestion> Questions)
{
    public static Conversation Parse(string json) => JsonSerializer.Deserialize<Conversation>(json)!;
}

internal sealed record ConversationSession(
    [property: JsonPropertyName("id")] string Id,
    [property: JsonPropertyName("date")] string Date,
    [property: JsonPropertyName("turns")] IReadOnlyList<ConversationTurn> Turns);

internal sealed record ConversationTurn(
    [property: JsonPropertyName("id")] string Id,
    [property: JsonPropertyName("speaker")] string Speaker,
    [property: JsonPropertyName("text")] string Text,
    [property: JsonPropertyName("caption")] string? Caption)
{
    /// <summary>Whether it is of a user and an assistant. People who talk with each other have names.</summary>
    public bool IsOfChat => Speaker is "user" or "assistant";

    /// <summary>What is stored of it: a picture that was shared is told of by its caption.</summary>
    public string Content => string.IsNullOrEmpty(Caption) ? Text : $"{Text} [shares {Caption}]";
}

internal sealed record ConversationQuestion(
    [property: JsonPropertyName("question")] string Question,
    [property: JsonPropertyName("category")] string Category,
    [property: JsonPropertyName("evidence")] IReadOnlyList<string> Evidence);
