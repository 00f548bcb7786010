using System.Text.Json;
using SessionService.Domain.Messages;

namespace SessionService.Application.Imports.Foreign;

/// <summary>A prompt of Google's AI Studio, as the user's Drive holds it.</summary>
internal sealed class AiStudioForm : IForeignForm
{
    // What belongs to a piece beside its content.
    private static readonly string[] Labels = ["tokenCount", "finishReason", "isEdited", "errorMessage", "safetyRatings"];

    public string Name => "AI Studio (chunkedPrompt.chunks)";

    public bool Is(JsonElement json) => json.ObjectAt("chunkedPrompt")?.ArrayAt("chunks") is not null;

    public ForeignConversation Read(JsonElement json, DateTimeOffset now)
    {
        var messages = GeminiForm.ReadSystem(json);
        messages.AddRange(json.GetProperty("chunkedPrompt").Elements("chunks").Select(chunk => new ForeignMessage
        {
            Id = chunk.Id("id"),
            CreatedAt = ForeignTime.Created(chunk, now),
            Turns = ReadTurns(chunk),
            Json = chunk,
        }));
        return new()
        {
            Source = "ai_studio",
            Id = json.Id("id"),
            Title = json.Title(),
            Model = json.ObjectAt("runSettings")?.Text("model"),
            CreatedAt = ForeignTime.Created(json, now),
            UpdatedAt = ForeignTime.Updated(json, now),
            Messages = messages,
            Labels = json.MembersBut("chunkedPrompt", "systemInstruction", "id", "title"),
        };
    }

    private static IReadOnlyList<ForeignTurn> ReadTurns(JsonElement chunk)
    {
        var turns = new ForeignTurns(ForeignRoles.Of(chunk.Text("role")));
        var isThought = chunk.IsTrue("isThought") || chunk.IsTrue("thought");
        if (chunk.Text("text") is { } text)
        {
            turns.AddText(text);
        }
        else if (chunk.ArrayAt("parts") is { } parts)
        {
            ForeignContent.Add(turns, parts);
        }
        else if (chunk.Member("functionCall") is not null
            || chunk.Member("functionResponse") is not null
            || chunk.Member("executableCode") is not null
            || chunk.Member("codeExecutionResult") is not null)
        {
            ForeignContent.Add(turns, chunk);
        }

        foreach (var member in chunk.MembersBut().Where(member => IsMedia(member.Key)))
        {
            turns.AddPart(ForeignJson.Wrap(member.Key, member.Value));
        }

        var labels = Labels
            .Where(label => chunk.Member(label) is not null)
            .Select(label => new KeyValuePair<string, string>(label, chunk.GetProperty(label).GetRawText()));
        return turns.Build(isThought ? MessageTypes.Reasoning : null, [.. labels]);
    }

    private static bool IsMedia(string name) =>
        name.StartsWith("inline", StringComparison.Ordinal)
        || name.StartsWith("drive", StringComparison.Ordinal)
        || name.StartsWith("file", StringComparison.Ordinal)
        || name.StartsWith("youtube", StringComparison.Ordinal);
}
