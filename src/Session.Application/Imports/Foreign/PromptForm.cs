using System.Text.Json;
using SessionService.Domain.Messages;

namespace SessionService.Application.Imports.Foreign;

/// <summary>A line of a fine-tuning file that is a question and its answer.</summary>
internal sealed class PromptForm : IForeignForm
{
    private static readonly (string Question, string Answer)[] Pairs =
        [("prompt", "completion"), ("prompt", "response"), ("instruction", "output"), ("instruction", "response")];

    public string Name => "fine-tuning lines (prompt and completion)";

    public bool Is(JsonElement json) => PairOf(json) is not null;

    public ForeignConversation Read(JsonElement json, DateTimeOffset now)
    {
        var (question, answer) = PairOf(json)!.Value;
        var messages = new List<ForeignMessage>();
        if (json.FirstText("system") is { } system)
        {
            messages.Add(new ForeignMessage { Turns = ForeignTurns.OfText(MessageRoles.System, system) });
        }

        Add(messages, json.GetProperty(question), MessageRoles.User, json.FirstText("input"), now);
        Add(messages, json.GetProperty(answer), MessageRoles.Assistant, more: null, now);
        return new()
        {
            Source = "fine_tuning",
            Id = json.Id("id"),
            Title = json.Title(),
            CreatedAt = ForeignTime.Created(json, now),
            UpdatedAt = ForeignTime.Updated(json, now),
            Messages = messages,
            Labels = json.MembersBut(question, answer, "system", "input", "id", "title"),
        };
    }

    private static (string Question, string Answer)? PairOf(JsonElement json)
    {
        foreach (var pair in Pairs)
        {
            if (IsContent(json.Member(pair.Question)) && IsContent(json.Member(pair.Answer)))
            {
                return pair;
            }
        }

        return null;
    }

    private static bool IsContent(JsonElement? json) => json is { ValueKind: JsonValueKind.String or JsonValueKind.Array };

    private static void Add(List<ForeignMessage> messages, JsonElement content, string role, string? more, DateTimeOffset now)
    {
        if (content.ValueKind == JsonValueKind.Array)
        {
            messages.AddRange(content.EnumerateArray().Select(message => ChatForm.ReadMessage(message, now)));
            return;
        }

        messages.Add(new ForeignMessage
        {
            Turns = ForeignTurns.OfText(role, more is null ? content.AsText() : $"{content.AsText()}\n\n{more}"),
        });
    }
}
