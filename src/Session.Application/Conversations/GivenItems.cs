using System.Runtime.InteropServices;
using System.Text.Json;
using SessionService.Application.Json;
using SessionService.Application.Messages;
using SessionService.Domain.Conversations;
using SessionService.Domain.Errors;
using SessionService.Domain.Messages;

namespace SessionService.Application.Conversations;

/// <summary>An item of a request: one to write, or the id of an item that is there already.</summary>
/// <param name="Field">The item's name in errors.</param>
internal sealed record GivenItem(string Field, NewItem? New, string? Reference);

/// <summary>An item to write.</summary>
/// <param name="Role">Who speaks.</param>
/// <param name="Json">The item as it is stored.</param>
/// <param name="Status">Its status, if it is one of those of messages.</param>
/// <param name="Id">The id that the client gave it.</param>
internal sealed record NewItem(string Role, string Json, string? Status, string? Id)
{
    /// <summary>The message that holds the item as its one part.</summary>
    public CreateMessageRequest ToMessage(Guid? messageId = null) => new()
    {
        Role = Role,
        Content = MessageContent.Of(new JsonText($"[{Json}]")),
        Status = Status,
        MessageId = messageId,
        ItemId = Id,
    };
}

/// <summary>Reads the items of a request.</summary>
internal static class GivenItems
{
    public const int MaxItems = CreateMessageBatchRequest.MaxMessages;

    private const string Field = "items";

    /// <exception cref="InvalidFieldException">An item is none.</exception>
    public static IReadOnlyList<GivenItem> Read(JsonText items)
    {
        using var document = JsonDocument.Parse(items.Value, new JsonDocumentOptions { MaxDepth = 2 * JsonLimits.MaxDepth });
        var list = document.RootElement;
        if (list.ValueKind != JsonValueKind.Array || list.GetArrayLength() > MaxItems)
        {
            throw new InvalidFieldException(Field, $"must be an array of at most {MaxItems} items");
        }

        var given = new List<GivenItem>(list.GetArrayLength());
        var ids = new HashSet<string>(StringComparer.Ordinal);
        foreach (var element in list.EnumerateArray())
        {
            var item = Read(element, $"{Field}[{given.Count}]");
            if (item.New?.Id is { } id && !ids.Add(id))
            {
                throw ConversationErrors.ItemIdTaken($"{item.Field}.id");
            }

            given.Add(item);
        }

        return given;
    }

    private static GivenItem Read(JsonElement item, string field)
    {
        if (item.ValueKind != JsonValueKind.Object)
        {
            throw new InvalidFieldException(field, "must be an object");
        }

        // Before anything of the item is read: escapes may stand for characters that no text can hold.
        if (JsonLimits.Refuse(JsonMarshal.GetRawUtf8Value(item), int.MaxValue) is { } reason)
        {
            throw new InvalidFieldException(field, reason);
        }

        var isTyped = item.TryGetProperty("type", out var given) && given.ValueKind != JsonValueKind.Null;
        var type = isTyped ? ItemTypes.TypeOf(item) : item.TryGetProperty("role", out _) ? ItemTypes.Message : null;
        if (type is null)
        {
            throw new InvalidFieldException($"{field}.type", "must be the type of an item");
        }

        var id = IdOf(item, field);
        if (type == ItemTypes.Reference)
        {
            return new GivenItem(field, New: null, id ?? throw new InvalidFieldException($"{field}.id", "is required"));
        }

        if (!(type == ItemTypes.Message && IsText(item)) && ItemTypes.Refuse(item, type) is { } refusal)
        {
            throw new InvalidFieldException($"{field}.{refusal.Member}", refusal.Reason);
        }

        return new GivenItem(
            field,
            new NewItem(
                type == ItemTypes.Message ? RoleOf(item, field) : ItemTypes.RoleOf(type), ItemJson.ToStore(item, type), StatusOf(item), id),
            Reference: null);
    }

    private static string? IdOf(JsonElement item, string field)
    {
        if (!item.TryGetProperty("id", out var id) || id.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        return id.ValueKind == JsonValueKind.String
            && id.GetString() is { Length: > 0 and <= ItemIds.MaxLength } text
            && !text.Any(char.IsControl)
            && !string.IsNullOrWhiteSpace(text)
            && text is not ("." or "..")
            && !text.Contains('/', StringComparison.Ordinal)
            ? text
            : throw new InvalidFieldException(
                $"{field}.id", $"must be a string of 1 to {ItemIds.MaxLength} characters that can stand in a path");
    }

    private static bool IsText(JsonElement message) =>
        message.TryGetProperty("content", out var content) && content.ValueKind == JsonValueKind.String;

    private static string RoleOf(JsonElement message, string field)
    {
        if (message.TryGetProperty("content", out var content) && content.ValueKind == JsonValueKind.Array)
        {
            var index = 0;
            foreach (var block in content.EnumerateArray())
            {
                if (ItemTypes.TypeOf(block) is null)
                {
                    throw new InvalidFieldException($"{field}.content[{index}]", "must be an object with a type");
                }

                index++;
            }
        }

        return message.TryGetProperty("role", out var role)
            && role.ValueKind == JsonValueKind.String
            && role.GetString() is MessageRoles.User or MessageRoles.Assistant or MessageRoles.System or MessageRoles.Developer
                ? role.GetString()!
                : throw new InvalidFieldException($"{field}.role", "must be user, assistant, system or developer");
    }

    private static string? StatusOf(JsonElement item) =>
        item.TryGetProperty("status", out var status)
        && status.ValueKind == JsonValueKind.String
        && status.GetString() is { } text
        && MessageStatuses.IsKnown(text)
            ? text
            : null;
}
