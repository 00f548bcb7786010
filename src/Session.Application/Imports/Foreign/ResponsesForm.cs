using System.Text.Json;
using SessionService.Domain.Messages;

namespace SessionService.Application.Imports.Foreign;

/// <summary>OpenAI's Responses and Conversations: a response with its input, a list of items, or an array of these.</summary>
internal sealed class ResponsesForm : IForeignForm
{
    private const string CallSuffix = "_call";
    private const string ResultSuffix = "_call_output";

    public string Name => "OpenAI Responses (items)";

    public bool Is(JsonElement json) =>
        (json.FirstObject("messages") is { } message && IsItem(message))
        || (json.FirstObject("data") is { } listed && IsItem(listed))
        || (json.FirstObject("output") is { } output && IsItem(output))
        || (json.FirstObject("input") is { } input && (IsItem(input) || input.Text("role") is not null));

    public ForeignConversation Read(JsonElement json, DateTimeOffset now)
    {
        var messages = new List<ForeignMessage>();
        if (json.FirstText("instructions") is { } instructions)
        {
            messages.Add(new ForeignMessage { Turns = ForeignTurns.OfText(MessageRoles.System, instructions) });
        }

        if (json.Text("input") is { } input)
        {
            messages.Add(new ForeignMessage { Turns = ForeignTurns.OfText(MessageRoles.User, input) });
        }

        var items = ((string[])["messages", "data", "input", "output"]).SelectMany(list => json.Elements(list)).ToList();
        if (json.Text("object") is "list" && IsNewestFirst(items))
        {
            items.Reverse();
        }

        messages.AddRange(items
            .Where(item => item.Text("type") is not "item_reference")
            .Select(item => new ForeignMessage
            {
                Id = item.Id("id"),
                CreatedAt = ForeignTime.Created(item, now),
                Turns = ReadTurns(item),
                Json = item,
            }));
        return new()
        {
            Source = "openai_responses",
            Id = json.Id("id", "conversation_id"),
            Title = json.Title(),
            Model = json.Text("model"),
            CreatedAt = ForeignTime.Created(json, now),
            UpdatedAt = ForeignTime.Updated(json, now),
            Messages = messages,
            Labels = json.MembersBut(
                "messages",
                "data",
                "input",
                "output",
                "instructions",
                "id",
                "title",
                "model",
                "conversation_id",
                "first_id",
                "last_id",
                "has_more"),
        };
    }

    /// <summary>
    /// Whether a list begins with the newest item, as that API lists them unless it is asked otherwise. Items have no times: a call stands
    /// before its result, and a user before the answer.
    /// </summary>
    private static bool IsNewestFirst(List<JsonElement> items)
    {
        var results = new HashSet<string>(StringComparer.Ordinal);
        foreach (var item in items)
        {
            if (item.Text("call_id") is not { } call)
            {
                continue;
            }

            if (item.Text("type")?.EndsWith(ResultSuffix, StringComparison.Ordinal) == true)
            {
                results.Add(call);
            }
            else
            {
                return results.Contains(call);
            }
        }

        var roles = items.Select(item => item.Text("role")).OfType<string>().ToList();
        return roles is [MessageRoles.Assistant, .., not MessageRoles.Assistant];
    }

    // A message of a chat has a role and no type.
    private static bool IsItem(JsonElement item) => item.Text("type") is { } type
        && ((type == "message" && item.Member("role") is not null)
            || type == "reasoning"
            || type.EndsWith(CallSuffix, StringComparison.Ordinal)
            || type.EndsWith(ResultSuffix, StringComparison.Ordinal));

    private static IReadOnlyList<ForeignTurn> ReadTurns(JsonElement item)
    {
        var type = item.Text("type") ?? "message";
        var turns = new ForeignTurns(type == "message" ? ForeignRoles.Of(item.Text("role")) : MessageRoles.Assistant);
        if (type == "message")
        {
            if (item.Member("content") is not { } content)
            {
                return [new ForeignTurn { Role = ForeignRoles.Of(item.Text("role")) }];
            }

            ForeignContent.Add(turns, content);
        }
        else if (type.EndsWith(ResultSuffix, StringComparison.Ordinal))
        {
            turns.AddResult(item.Id("call_id", "id"), item.Text("name"), item.Member("output"), block: item);
        }
        else if (type.EndsWith(CallSuffix, StringComparison.Ordinal))
        {
            AddCall(turns, item, type);
        }
        else
        {
            ForeignContent.Add(turns, item);
        }

        return turns.Build();
    }

    private static void AddCall(ForeignTurns turns, JsonElement item, string type)
    {
        var id = item.Id("call_id", "id");
        var name = item.Text("name") ?? type[..^CallSuffix.Length];
        if (type == "image_generation_call")
        {
            turns.AddPart(item);
            return;
        }

        var arguments = item.Member("arguments")
            ?? item.Member("input")
            ?? item.Member("action")
            ?? item.Member("code")
            ?? item.Member("queries");
        var output = item.Member("output") ?? item.Member("outputs") ?? item.Member("results");

        // A call that holds its result becomes two messages, and the parts of these are divided too.
        turns.AddCall(id, name, arguments, output is null ? item : null);
        if (output is not null)
        {
            turns.AddResult(id, name, output);
        }
    }
}
