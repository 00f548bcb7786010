using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;
using SessionService.Application.Json;

namespace SessionService.Application.Messages;

/// <summary>The content of a message as a client gives it: a text or an array of parts, one of the two.</summary>
[JsonConverter(typeof(MessageContentConverter))]
public sealed record MessageContent
{
    private MessageContent(string? text, JsonText? parts) => (Text, Parts) = (text, parts);

    public string? Text { get; }

    /// <summary>A JSON array, as the client sent it.</summary>
    public JsonText? Parts { get; }

    [return: NotNullIfNotNull(nameof(text))]
    public static implicit operator MessageContent?(string? text) => text is null ? null : Of(text);

    public static MessageContent Of(string text) => new(text, parts: null);

    public static MessageContent Of(JsonText parts) => new(text: null, parts);
}

internal sealed class MessageContentConverter : JsonConverter<MessageContent>
{
    public override MessageContent Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.String:
                return MessageContent.Of(reader.GetString()!);

            case JsonTokenType.StartArray:
                using (var document = JsonDocument.ParseValue(ref reader))
                {
                    return MessageContent.Of(new JsonText(document.RootElement.GetRawText()));
                }

            default:
                throw new JsonException();
        }
    }

    // For the hash of a request with an idempotency key.
    public override void Write(Utf8JsonWriter writer, MessageContent value, JsonSerializerOptions options)
    {
        if (value.Parts is { } parts)
        {
            JsonSerializer.Serialize(writer, parts, options);
        }
        else
        {
            writer.WriteStringValue(value.Text);
        }
    }
}
