using System.Text.Json;
using SessionService.Domain.Messages;

namespace SessionService.Application.Imports.Foreign;

/// <summary>Gemini's API and its fine-tuning files: messages whose parts have no type.</summary>
internal sealed class GeminiForm : IForeignForm
{
    private static readonly string[] Lists = ["contents", "history", "messages"];

    public string Name => "Gemini (contents with parts)";

    public bool Is(JsonElement json) => ListOf(json) is not null;

    public ForeignConversation Read(JsonElement json, DateTimeOffset now)
    {
        var list = ListOf(json)!;
        var messages = ReadSystem(json);
        messages.AddRange(json.Elements(list).Select(message => new ForeignMessage
        {
            CreatedAt = ForeignTime.Created(message, now),
            Turns = ReadTurns(message),
            Json = message,
        }));
        return new()
        {
            Source = "gemini",
            Id = json.Id("id"),
            Title = json.Title(),
            Model = json.Text("model"),
            CreatedAt = ForeignTime.Created(json, now),
            UpdatedAt = ForeignTime.Updated(json, now),
            Messages = messages,
            Labels = json.MembersBut(list, "systemInstruction", "system_instruction", "id", "title", "model"),
        };
    }

    /// <summary>The instructions that stand beside the messages, as the first one of these.</summary>
    public static List<ForeignMessage> ReadSystem(JsonElement json)
    {
        if ((json.Member("systemInstruction") ?? json.Member("system_instruction")) is not { } instruction)
        {
            return [];
        }

        var turns = new ForeignTurns(MessageRoles.System);
        ForeignContent.Add(turns, instruction.ArrayAt("parts") ?? instruction);
        return turns.HasText ? [new ForeignMessage { Turns = turns.Build() }] : [];
    }

    private static string? ListOf(JsonElement json) => Array.Find(
        Lists, list => json.FirstObject(list) is { } first && first.FirstObject("parts") is { } part && part.Member("type") is null);

    private static IReadOnlyList<ForeignTurn> ReadTurns(JsonElement message)
    {
        var turns = new ForeignTurns(ForeignRoles.Of(message.Text("role") ?? MessageRoles.User));
        ForeignContent.Add(turns, message.ArrayAt("parts") ?? message);
        return turns.Build();
    }
}
