using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using SessionService.Application.Contexts;
using SessionService.Application.Contexts.Formats;
using SessionService.Application.Json;
using SessionService.Application.Messages.Parts;
using SessionService.Domain.Messages;

namespace SessionService.Application.Conversations;

/// <summary>
/// Shows a message as items. A message that was written as an item is that item. Any other one is a message of texts and files, then its
/// calls, results and reasoning, each an item. A redacted message has none: nobody knows any more what it was.
/// </summary>
internal sealed class MessageItems(Guid sessionId)
{
    // Files are in the parts already, as data, where there is room for them.
    private static readonly GivenMedia AsTheyAre = new();

    private readonly ItemIds _ids = new(sessionId);

    /// <summary>The items of a message, in the order of its parts.</summary>
    /// <param name="message">The message.</param>
    /// <param name="givenId">The id that a client gave its item.</param>
    public IReadOnlyList<ShownItem> Of(ItemMessage message, string? givenId)
    {
        if (message.IsRedacted)
        {
            return [];
        }

        var items = ItemsOf(message);
        return
        [
            .. items.Select((item, index) =>
            {
                var place = new ItemPlace(message.Sequence, index);
                var id = givenId is not null && items.Count == 1 ? givenId : _ids.Of(ItemTypes.TypeOf(item)!, place);
                return new ShownItem(place, id, ItemJson.ToAnswer(item, id, message.Status));
            }),
        ];
    }

    private static List<JsonElement> ItemsOf(ItemMessage message)
    {
        var builder = new Builder(message);
        List<JsonElement> given = message.Parts is null ? [] : [.. Parse(message.Parts).EnumerateArray()];
        if (given.Exists(ItemTypes.IsItem))
        {
            foreach (var part in given)
            {
                if (ItemTypes.IsItem(part))
                {
                    builder.Add(part);
                    continue;
                }

                foreach (var neutral in NeutralParts.Of(message.Role, MessageTypes.Chat, "", "{}", $"[{part.GetRawText()}]"))
                {
                    builder.Add(neutral);
                }
            }

            return builder.Build();
        }

        var parts = NeutralParts.Of(message.Role, message.Type, message.Content, message.Metadata, message.Parts);
        foreach (var part in parts)
        {
            if (!(message.Parts is null && parts.Count > 1 && IsEmptyOrArguments(part, parts)))
            {
                builder.Add(part);
            }
        }

        return builder.Build();
    }

    /// <summary>Whether the text beside calls is blank, or only repeats what a call says.</summary>
    private static bool IsEmptyOrArguments(MessagePart text, IReadOnlyList<MessagePart> parts) =>
        text.Kind == PartKind.Text
        && (string.IsNullOrWhiteSpace(text.Text) || parts.Any(part => part.Kind == PartKind.Call && part.Arguments == text.Text));

    private static JsonElement Parse(string json)
    {
        using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 4 * JsonLimits.MaxDepth });
        return document.RootElement.Clone();
    }

    /// <summary>Puts parts that are no items together.</summary>
    private sealed class Builder(ItemMessage message)
    {
        private readonly List<JsonElement> _items = [];
        private JsonArray _said = [];
        private int _calls;
        private int _results;

        public void Add(JsonElement item)
        {
            Close();
            _items.Add(item);
        }

        public void Add(MessagePart part)
        {
            switch (part.Kind)
            {
                case PartKind.Text or PartKind.Refusal or PartKind.Media:
                    _said.Add(IsAssistant ? ResponsesFormat.Answered(part) : ResponsesFormat.Input(part, Role, AsTheyAre));
                    break;

                case PartKind.Call:
                    Add(ResponsesFormat.Call(part.CallId ?? IdOf(_calls), part.ToolName ?? "tool", part));
                    _calls++;
                    break;

                case PartKind.Result:
                    Add(ResponsesFormat.Output(part.CallId ?? IdOf(_results), isCustom: false, part, AsTheyAre));
                    _results++;
                    break;

                case PartKind.Reasoning:
                    Add(new JsonObject
                    {
                        ["type"] = ItemTypes.Reasoning,
                        ["summary"] = part.Text.Length == 0 ? [] : new JsonArray(ContextJson.Text("summary_text", part.Text)),
                    });
                    break;
            }
        }

        public List<JsonElement> Build()
        {
            Close();
            return _items;
        }

        private string Role => message.Role is MessageRoles.System or MessageRoles.Developer ? message.Role
            : IsAssistant ? MessageRoles.Assistant
            : MessageRoles.User;

        private bool IsAssistant => message.Role is MessageRoles.Assistant;

        private void Add(JsonObject item) => Add(Parse(item.ToText().Value));

        private void Close()
        {
            if (_said.Count > 0)
            {
                _items.Add(Parse(new JsonObject { ["type"] = ItemTypes.Message, ["role"] = Role, ["content"] = _said }.ToText().Value));
                _said = [];
            }
        }

        private string IdOf(int number) => string.Create(CultureInfo.InvariantCulture, $"call_{message.Sequence}_{number}");
    }
}

/// <summary>An item as it is answered.</summary>
internal sealed record ShownItem(ItemPlace Place, string Id, JsonText Json);
