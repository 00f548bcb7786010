using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using SessionService.Application.Json;
using SessionService.Application.Messages.Parts;
using SessionService.Domain.Messages;

namespace SessionService.Application.Contexts.Formats;

/// <summary>Writes turns as the input of OpenAI's Responses.</summary>
internal static class ResponsesFormat
{
    public const int MaxIdLength = 64;

    private const string Message = "message";

    public static TakenMedia Taken { get; } = new([MediaKind.Image, MediaKind.File], InResults: true);

    public static IReadOnlyList<JsonText> Write(IReadOnlyList<ContextTurn> turns, GivenMedia media)
    {
        var items = new List<ToldItem>();
        var said = new Dictionary<Guid, int>();
        var thought = new HashSet<string>(StringComparer.Ordinal);
        foreach (var turn in turns)
        {
            if (turn.Role is MessageRoles.Assistant)
            {
                AddAnswer(turn);
            }
            else
            {
                items.Add(new ToldItem(turn.Role, new JsonObject
                {
                    ["type"] = Message,
                    ["role"] = turn.Role,
                    ["content"] = new JsonArray([.. turn.Parts.Select(part => Input(part, turn.Role, media))]),
                }));
            }

            items.AddRange(turn.Calls.Select(call => new ToldItem(MessageRoles.Assistant, Call(call.Id, call.Name, call.Call))));
            items.AddRange(turn.Results.Select(call => new ToldItem(
                MessageRoles.Tool, Output(call.Id, isCustom: call.CustomInput is not null, call.Result, media))));
        }

        return ToldItem.WithAnsweredReasoning(items).ConvertAll(item => item.Json.ToText());

        void AddAnswer(ContextTurn turn)
        {
            var content = new JsonArray();
            foreach (var part in turn.Parts)
            {
                if (part.Kind != PartKind.Reasoning)
                {
                    content.Add(Answered(part));
                }
                else if (ReasoningId(part) is { } id && thought.Add(id))
                {
                    Close();
                    items.Add(new ToldItem(turn.Role, ContextJson.Given(part.Json), IsReasoning: true));
                }
            }

            Close();

            void Close()
            {
                if (content.Count > 0)
                {
                    items.Add(new ToldItem(turn.Role, new JsonObject
                    {
                        ["type"] = Message,
                        ["id"] = IdOf(turn.MessageId ?? Guid.Empty),
                        ["role"] = MessageRoles.Assistant,
                        ["status"] = MessageStatuses.Completed,
                        ["content"] = content,
                    }));
                    content = [];
                }
            }
        }

        // Two items of the same id are refused.
        string IdOf(Guid messageId)
        {
            var number = said.GetValueOrDefault(messageId);
            said[messageId] = number + 1;
            return string.Create(CultureInfo.InvariantCulture, $"msg_{messageId:N}{(number == 0 ? "" : $"_{number}")}");
        }
    }

    internal static JsonObject Answered(MessagePart part) => part.Kind == PartKind.Refusal
        ? new JsonObject { ["type"] = "refusal", ["refusal"] = part.Text }
        : new JsonObject
        {
            ["type"] = "output_text",
            ["text"] = ContextJson.TextOf([part]),
            ["annotations"] = new JsonArray(),
            ["logprobs"] = new JsonArray(),
        };

    internal static JsonObject Input(MessagePart part, string role, GivenMedia media) =>
        (role is MessageRoles.User && part.Media is not null ? Block(part.Media, media) : null)
        ?? ContextJson.Text("input_text", ContextJson.TextOf([part]));

    private static JsonObject? Block(PartMedia part, GivenMedia media)
    {
        var given = media.With(part);
        return given switch
        {
            { Kind: MediaKind.Image, Url: { } url } when given.MediaType is null || GivenMedia.IsPicture(given.MediaType) => Picture(url),
            { Kind: MediaKind.Image, Base64: not null } when GivenMedia.IsPicture(given.MediaType) => Picture(GivenMedia.DataUrl(given)),
            { Kind: MediaKind.File, Url: { } url } => new JsonObject { ["type"] = "input_file", ["file_url"] = url },
            { Kind: MediaKind.File, Base64: not null, MediaType: not null } => new JsonObject
            {
                ["type"] = "input_file",
                ["filename"] = given.Name ?? "file",
                ["file_data"] = GivenMedia.DataUrl(given),
            },
            { Kind: MediaKind.Image, FileId: { } id } when GivenMedia.IsOpenAiFile(id) =>
                new JsonObject { ["type"] = "input_image", ["file_id"] = id, ["detail"] = "auto" },
            { Kind: MediaKind.File, FileId: { } id } when GivenMedia.IsOpenAiFile(id) =>
                new JsonObject { ["type"] = "input_file", ["file_id"] = id },
            _ => null,
        };
    }

    private static JsonObject Picture(string url) => new() { ["type"] = "input_image", ["image_url"] = url, ["detail"] = "auto" };

    internal static JsonObject Call(string id, string name, MessagePart call) => CustomTool.InputOf(call) is { } input
        ? new JsonObject { ["type"] = "custom_tool_call", ["call_id"] = id, ["name"] = name, ["input"] = input }
        : new JsonObject { ["type"] = "function_call", ["call_id"] = id, ["name"] = name, ["arguments"] = call.Arguments };

    internal static JsonObject Output(string id, bool isCustom, MessagePart result, GivenMedia media) => new()
    {
        ["type"] = isCustom ? "custom_tool_call_output" : "function_call_output",
        ["call_id"] = id,
        ["output"] = ContextJson.BlocksOfResult(result, "input_text", part => Block(part, media)) is { } blocks
            ? blocks
            : ContextJson.TextOfResult(result),
    };

    /// <summary>The id of an item of this API; <see langword="null"/> for other reasoning, which the API does not take.</summary>
    private static string? ReasoningId(MessagePart part) =>
        ContextJson.TextAt(part.Json, "type") is "reasoning"
        && part.Json.TryGetProperty("summary", out var summary)
        && summary.ValueKind == JsonValueKind.Array
        && summary.EnumerateArray().All(IsSummary)
            ? ContextJson.TextAt(part.Json, "id")
            : null;

    private static bool IsSummary(JsonElement text) =>
        ContextJson.TextAt(text, "type") is "summary_text" && ContextJson.TextAt(text, "text") is not null;
}
