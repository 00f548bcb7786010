using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Agents.AI;
using Microsoft.Extensions.AI;
using SessionService.Client;

namespace SessionService.AgentFramework;

/// <summary>
/// A <see cref="ChatMessage"/> as a message of the Session Service, and back. What was a <see cref="ChatMessage"/> comes back with the same
/// JSON. What another client wrote comes back as the contents that mean the same.
/// </summary>
public static class SessionMessageExtensions
{
    /// <summary>The member of a message's metadata that has what the message's own fields cannot hold exactly, as JSON in a text.</summary>
    internal const string MetadataKey = "chat_message";

    private const int MaxNameLength = 128;

    private static readonly DateTimeOffset Earliest = new(1970, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Makes a message to append to a session.</summary>
    /// <param name="message">The message.</param>
    /// <returns>The message without an id.</returns>
    public static CreateMessageRequest ToSessionMessage(this ChatMessage message) => ToSessionMessage(message, options: null);

    /// <summary>Makes a message to append to a session.</summary>
    /// <param name="message">The message.</param>
    /// <param name="options">
    /// How contents are written, for programs that have types of contents of their own. Default:
    /// <see cref="AgentAbstractionsJsonUtilities.DefaultOptions"/>.
    /// </param>
    /// <returns>
    /// The message without an id. Set <see cref="CreateMessageRequest.MessageId"/> so that the message is stored once if it is sent again.
    /// </returns>
    public static CreateMessageRequest ToSessionMessage(this ChatMessage message, JsonSerializerOptions? options) =>
        ToSessionMessage(message, options, PartForm.Usual, TimeProvider.System);

    /// <summary>Makes the message that a message of a session stands for.</summary>
    /// <param name="message">The message, best read with its attachments inline.</param>
    /// <returns>The message.</returns>
    public static ChatMessage ToChatMessage(this MessageResponse message) => ToChatMessage(message, options: null);

    /// <summary>Makes the message that a message of a session stands for.</summary>
    /// <param name="message">The message, best read with its attachments inline.</param>
    /// <param name="options">How contents are read. Default: <see cref="AgentAbstractionsJsonUtilities.DefaultOptions"/>.</param>
    /// <returns>
    /// The message. A content of a type that nobody knows is an <see cref="AIContent"/> whose <see cref="AIContent.RawRepresentation"/> is
    /// the <see cref="JsonElement"/> that is stored; it is written again as it is.
    /// </returns>
    public static ChatMessage ToChatMessage(this MessageResponse message, JsonSerializerOptions? options)
    {
        ArgumentNullException.ThrowIfNull(message);
        return Read(
            new StoredMessage(
                message.Role, message.Name, message.Content, message.Parts, message.Metadata, message.MessageId, message.CreatedAt),
            ContentJson.OptionsOf(options));
    }

    /// <summary>Makes the message that a message of a context stands for.</summary>
    /// <param name="message">A message of a context in the format <c>session</c>.</param>
    /// <returns>The message.</returns>
    public static ChatMessage ToChatMessage(this ContextMessage message) => ToChatMessage(message, options: null);

    /// <summary>Makes the message that a message of a context stands for.</summary>
    /// <param name="message">A message of a context in the format <c>session</c>.</param>
    /// <param name="options">How contents are read. Default: <see cref="AgentAbstractionsJsonUtilities.DefaultOptions"/>.</param>
    /// <returns>The message.</returns>
    public static ChatMessage ToChatMessage(this ContextMessage message, JsonSerializerOptions? options)
    {
        ArgumentNullException.ThrowIfNull(message);
        var text = message.Content is JsonValue value && value.TryGetValue(out string? said) ? said : "";
        return Read(
            new StoredMessage(
                message.Role, message.Name, text, message.Parts, message.Metadata, message.MessageId, message.CreatedAt),
            ContentJson.OptionsOf(options));
    }

    internal static CreateMessageRequest ToSessionMessage(
        ChatMessage message, JsonSerializerOptions? options, PartForm form, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(message);
        options = ContentJson.OptionsOf(options);
        return new CreateMessageRequest
        {
            Role = RoleOf(message.Role),
            Content = ContentOf(message, options, form),
            Name = IsName(message.AuthorName) ? message.AuthorName : null,
            CreatedAt = message.CreatedAt is { } at && at >= Earliest && at <= time.GetUtcNow() ? at.ToUniversalTime() : null,
            Metadata = new JsonObject { [MetadataKey] = RestOf(message, options) },
        };
    }

    /// <summary>The JSON of everything but the contents; of no contents at all, that too.</summary>
    private static string RestOf(ChatMessage message, JsonSerializerOptions options)
    {
        var rest = message.Clone();
        rest.Contents = [];
        rest.RawRepresentation = null;
        if (message.AdditionalProperties is { Count: > 0 } properties)
        {
            // Where a message came from in one run is no part of the message.
            rest.AdditionalProperties = [];
            foreach (var (name, value) in properties.Where(property => property.Value is not AgentRequestMessageSourceAttribution))
            {
                rest.AdditionalProperties[name] = value;
            }

            if (rest.AdditionalProperties.Count == 0)
            {
                rest.AdditionalProperties = null;
            }
        }

        var json = JsonSerializer.SerializeToNode(rest, ContentJson.TypeInfo<ChatMessage>(options))!.AsObject();
        if (message.Contents.Count > 0)
        {
            json.Remove("contents");
        }

        return json.ToJsonString(options);
    }

    private static JsonNode ContentOf(ChatMessage message, JsonSerializerOptions options, PartForm form)
    {
        if (form == PartForm.Usual && message.Contents is [TextContent { Annotations: null, AdditionalProperties: null } text]
            && !string.IsNullOrWhiteSpace(text.Text) && !HasNul(text.Text))
        {
            return JsonValue.Create(text.Text)!;
        }

        var parts = new JsonArray();
        foreach (var content in message.Contents)
        {
            parts.Add((JsonNode)ContentParts.Write(content, options, form));
        }

        if (parts.Count == 0)
        {
            parts.Add((JsonNode)new JsonObject { ["$type"] = "text", ["text"] = "" });
        }

        return parts;
    }

    private static ChatMessage Read(StoredMessage stored, JsonSerializerOptions options)
    {
        var (rest, hasNoContents) = RestOf(stored, options);
        var message = rest ?? new ChatMessage
        {
            Role = new ChatRole(stored.Role),
            AuthorName = stored.Name,
            MessageId = stored.MessageId?.ToString("D", CultureInfo.InvariantCulture),
            CreatedAt = stored.CreatedAt,
            AdditionalProperties = LabelsOf(stored.Metadata),
        };
        message.Contents = hasNoContents ? []
            : stored.Parts is { Count: > 0 } parts ? [.. parts.Select(part => ContentParts.Read(part, options))]
            : [new TextContent(stored.Text)];
        return message;
    }

    private static (ChatMessage? Message, bool HasNoContents) RestOf(StoredMessage stored, JsonSerializerOptions options)
    {
        if (stored.Metadata?[MetadataKey] is not JsonValue value || !value.TryGetValue(out string? json))
        {
            return default;
        }

        try
        {
            using var document = JsonDocument.Parse(json);
            return (
                document.RootElement.Deserialize(ContentJson.TypeInfo<ChatMessage>(options)),
                document.RootElement.TryGetProperty("contents", out _));
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // Somebody else's label of this name.
            return default;
        }
    }

    private static AdditionalPropertiesDictionary? LabelsOf(JsonObject? metadata)
    {
        if (metadata is not { Count: > 0 })
        {
            return null;
        }

        var labels = new AdditionalPropertiesDictionary();
        foreach (var (name, value) in metadata)
        {
            labels[name] = value is null ? null : ContentJson.ElementOf(value);
        }

        return labels;
    }

    // A model takes the word of other speakers for a user's.
    private static MessageRole RoleOf(ChatRole role) => role.Value switch
    {
        "user" or "assistant" or "system" or "tool" or "developer" => new MessageRole(role.Value),
        _ => MessageRole.User,
    };

    private static bool IsName(string? name) =>
        !string.IsNullOrWhiteSpace(name) && name.Length <= MaxNameLength && !HasNul(name) && !name.Any(char.IsSurrogate);

    private static bool HasNul(string text) => text.Contains('\0', StringComparison.Ordinal);

    private sealed record StoredMessage(
        string Role, string? Name, string Text, JsonArray? Parts, JsonObject? Metadata, Guid? MessageId, DateTimeOffset? CreatedAt);
}
