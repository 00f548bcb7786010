using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using SessionService.Application.Exports;
using SessionService.Application.Json;
using SessionService.Domain.Messages;

namespace SessionService.Application.Imports.Foreign;

/// <summary>
/// A chat in the format of OpenAI's API and of its fine-tuning files: <c>{"messages": [{"role": …, "content": …}, …]}</c>, or the array
/// alone. It has no ids: the same text is the same session.
/// </summary>
public static class ChatConversation
{
    private const string Source = "openai";

    public static bool Is(JsonElement json) => json.Member("messages") is { ValueKind: JsonValueKind.Array };

    /// <summary>Whether the object is a message of a chat. A message of an export names its session and is none.</summary>
    public static bool IsMessage(JsonElement json) =>
        json.Member("role") is { ValueKind: JsonValueKind.String } && json.Member("session_id") is null;

    public static ForeignConversation Read(JsonElement json, string userId, DateTimeOffset now)
    {
        var digest = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(json.GetRawText())));
        var sessionId = NameBasedId.Of(Source, userId, digest);
        var session = new SessionLine
        {
            SessionId = sessionId,
            Metadata = new JsonText(Describe(json, "messages")),
            CreatedAt = now,
        };
        return new ForeignConversation(session, ReadMessages(json.GetProperty("messages"), sessionId, now));
    }

    private static IEnumerable<MessageLine> ReadMessages(JsonElement messages, Guid sessionId, DateTimeOffset now)
    {
        var number = 0;
        foreach (var message in messages.EnumerateArray())
        {
            number++;
            var role = message.Text("role");
            yield return new MessageLine
            {
                SessionId = sessionId,
                MessageId = NameBasedId.Of(sessionId.ToString(), number.Invariant()),
                Role = role switch
                {
                    "developer" => MessageRoles.System,
                    "function" => MessageRoles.Tool,
                    _ => role,
                },
                Content = ContentOf(message),
                MessageType = message.Member("tool_calls") is not null || message.Member("function_call") is not null
                    ? "tool_call"
                    : role is "tool" or "function" ? "tool_result" : null,
                Metadata = new JsonText(Describe(message, "role", "content")),
                CreatedAt = now,
            };
        }
    }

    // A message that only calls tools has no text, so its calls become the content.
    private static string? ContentOf(JsonElement message)
    {
        var text = message.Member("content") is { ValueKind: JsonValueKind.Array } parts
            ? string.Join(
                "\n",
                parts.EnumerateArray().Select(part => part.AsText() ?? part.Text("text") ?? part.Text("refusal") ?? part.GetRawText()))
            : message.Text("content");
        return string.IsNullOrWhiteSpace(text)
            ? message.Text("refusal") ?? (message.Member("tool_calls") ?? message.Member("function_call"))?.GetRawText() ?? text
            : text;
    }

    /// <summary>The metadata: all members but the given ones, and the source.</summary>
    private static string Describe(JsonElement json, params ReadOnlySpan<string> but)
    {
        var labels = new StringBuilder("{\"source\":\"").Append(Source).Append('"');
        if (json.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in json.EnumerateObject())
            {
                if (!but.Contains(member.Name) && member.Name != "source")
                {
                    labels.Append(',').Append(JsonSerializer.Serialize(member.Name)).Append(':').Append(member.Value.GetRawText());
                }
            }
        }

        return labels.Append('}').ToString();
    }
}
