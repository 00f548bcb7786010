using System.Text.Json;

namespace SessionService.Application.Imports.Foreign;

/// <summary>Grok's export: conversations, each beside its responses, which are the user's messages too.</summary>
internal sealed class GrokForm : IForeignForm
{
    public string Name => "Grok (conversations with responses)";

    public bool Is(JsonElement json) =>
        json.ArrayAt("responses") is not null
        && (json.ObjectAt("conversation") is not null || json.FirstObject("responses")?.ObjectAt("response") is not null);

    public ForeignConversation Read(JsonElement json, DateTimeOffset now)
    {
        var conversation = json.ObjectAt("conversation") ?? json;
        var responses = json.Elements("responses").Select(one => one.ObjectAt("response") ?? one).ToList();
        return new()
        {
            Source = "grok",
            Id = conversation.Id("id", "_id", "conversation_id") ?? responses.FirstOrDefault().Id("conversation_id"),
            Title = conversation.Title(),
            CreatedAt = ForeignTime.Created(conversation, now),
            UpdatedAt = ForeignTime.Updated(conversation, now),
            CurrentId = conversation.Id("leaf_response_id"),
            Messages =
            [
                .. responses.Select(response => new ForeignMessage
                {
                    Id = response.Id("_id", "id", "response_id"),
                    ParentId = response.Id("parent_response_id"),
                    CreatedAt = ForeignTime.Created(response, now),
                    Turns = ReadTurns(response),
                    Json = response,
                }),
            ],
        };
    }

    private static IReadOnlyList<ForeignTurn> ReadTurns(JsonElement response)
    {
        var turns = new ForeignTurns(ForeignRoles.Of(response.FirstText("sender", "role")));
        turns.AddText(response.Text("message") ?? response.Text("text"));
        if (response.FirstText("thinking_trace") is { } thoughts)
        {
            turns.AddReasoning(thoughts, ForeignParts.Reasoning(thoughts));
        }

        foreach (var file in response.Elements("file_attachments").Concat(response.Elements("image_attachments")))
        {
            turns.AddPart(file.ValueKind == JsonValueKind.Object ? file : ForeignJson.Wrap("file", file));
        }

        var labels = new List<KeyValuePair<string, string>>();
        ForeignTurns.AddLabel(labels, "model", response.Text("model"));
        return turns.Build(type: null, labels);
    }
}
