using System.Text.Json;
using SessionService.Domain.Messages;

namespace SessionService.Application.Imports.Foreign;

/// <summary>
/// A chat as it is sent to a model: <c>{"messages": [{"role": …, "content": …}, …]}</c>, or the array alone; also the lines of fine-tuning
/// files, and Anthropic's messages, whose content is blocks.
/// </summary>
internal sealed class ChatForm : IForeignForm
{
    private static readonly string[] Lists = ["messages", "conversations", "conversation", "turns"];

    public string Name => "chats of model APIs and fine-tuning files (messages with role and content; OpenAI, Anthropic)";

    public bool Is(JsonElement json) => ListOf(json) is not null;

    public ForeignConversation Read(JsonElement json, DateTimeOffset now)
    {
        var list = ListOf(json)!;
        var messages = json.Elements(list).Select(message => ReadMessage(message, now)).ToList();
        if (json.Member("system") is { ValueKind: JsonValueKind.String or JsonValueKind.Array } system)
        {
            var turns = new ForeignTurns(MessageRoles.System);
            ForeignContent.Add(turns, system);
            messages.Insert(0, new ForeignMessage { Id = "system", Turns = turns.Build() });
        }

        return new()
        {
            Source = "openai",
            Id = json.Id("conversation_id", "conversationId", "id", "uuid"),
            Title = json.Title(),
            CreatedAt = ForeignTime.Created(json, now),
            UpdatedAt = ForeignTime.Updated(json, now),
            Messages = messages,
            Labels = json.MembersBut(list, "source", "title", "conversation_id", "system"),
        };
    }

    public static ForeignMessage ReadMessage(JsonElement message, DateTimeOffset now) => new()
    {
        CreatedAt = ForeignTime.Created(message, now),
        Turns = message.ValueKind == JsonValueKind.Object ? ReadTurns(message) : [new ForeignTurn()],
        Json = message,
    };

    private static string? ListOf(JsonElement json) => Array.Find(
        Lists,
        list => json.FirstObject(list)?.Text("role") is not null || (list == "messages" && json.ArrayAt(list)?.GetArrayLength() == 0));

    private static IReadOnlyList<ForeignTurn> ReadTurns(JsonElement message)
    {
        var role = ForeignRoles.Of(message.Text("role"));
        var content = message.Member("content") ?? message.Member("text") ?? message.Member("value");
        var hasCalls = message.ArrayAt("tool_calls")?.GetArrayLength() > 0 || message.ObjectAt("function_call") is not null;
        if (content is null && role != MessageRoles.Assistant)
        {
            return [new ForeignTurn { Role = role }];
        }

        var turns = new ForeignTurns(role);
        if (message.FirstText("reasoning_content", "reasoning") is { } reasoning)
        {
            turns.AddReasoning(reasoning, ForeignParts.Reasoning(reasoning));
        }

        if (content is { } given)
        {
            ForeignContent.Add(turns, given);
        }

        turns.AddRefusal(message.Text("refusal"));
        ForeignContent.AddChatCalls(turns, message);

        // Calls are kept as they are: the metadata of a call have the same form.
        var labels = message.LabelsBut("role", "content", "source", "function_call", "reasoning_content", "reasoning", "refusal")
            .Where(label => label.Key != "tool_calls" || hasCalls);
        return turns.Build(hasCalls ? ForeignTurn.Call : null, [.. labels]);
    }
}
