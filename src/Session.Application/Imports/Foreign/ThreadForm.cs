using System.Text.Json;

namespace SessionService.Application.Imports.Foreign;

/// <summary>
/// A thread of OpenAI's Assistants: the list of its messages, as that API answered it, or the array alone. The list begins with the newest
/// message.
/// </summary>
internal sealed class ThreadForm : IForeignForm
{
    private static readonly string[] Lists = ["data", "messages"];

    public string Name => "messages of a thread of OpenAI's Assistants";

    public bool Is(JsonElement json) => ListOf(json) is not null;

    public ForeignConversation Read(JsonElement json, DateTimeOffset now)
    {
        var list = ListOf(json)!;
        var messages = json.Elements(list).Select(message => ReadMessage(message, now)).ToList();

        // Somebody may have asked for the oldest first. Messages of one second tell nothing.
        if (messages[0].CreatedAt is not { } first || messages[^1].CreatedAt is not { } last || first >= last)
        {
            messages.Reverse();
        }

        return new()
        {
            Source = "openai_threads",
            Id = json.Id("thread_id") ?? json.Elements(list).First().Id("thread_id"),
            Title = json.Title(),
            CreatedAt = ForeignTime.Created(json, now),
            UpdatedAt = ForeignTime.Updated(json, now),
            Messages = messages,
            Labels = json.MembersBut(list, "object", "thread_id", "title", "first_id", "last_id", "has_more"),
        };
    }

    private static string? ListOf(JsonElement json) =>
        Array.Find(Lists, list => json.FirstObject(list)?.Text("object") is "thread.message");

    private static ForeignMessage ReadMessage(JsonElement message, DateTimeOffset now)
    {
        var turns = new ForeignTurns(ForeignRoles.Of(message.Text("role")));
        if (message.Member("content") is { } content)
        {
            ForeignContent.Add(turns, content);
        }

        return new ForeignMessage
        {
            Id = message.Id("id"),
            CreatedAt = ForeignTime.Created(message, now),
            Turns = turns.Build(
                labels: message.ValueKind == JsonValueKind.Object
                    ? message.LabelsBut("id", "object", "thread_id", "role", "content", "created_at", "completed_at")
                    : []),
            Json = message,
        };
    }
}
