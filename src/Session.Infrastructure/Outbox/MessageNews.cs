using System.Text.Json;
using System.Text.Json.Serialization;
using SessionService.Domain.Messages;

namespace SessionService.Infrastructure.Outbox;

/// <summary>What webhooks are told of a message. Appends write the same in their statement.</summary>
internal sealed record MessageNews(
    [property: JsonPropertyName("sequence")] long Sequence,
    [property: JsonPropertyName("message_id")] Guid MessageId,
    [property: JsonPropertyName("role")] string Role,
    [property: JsonPropertyName("message_type")] string MessageType,
    [property: JsonPropertyName("status")] string Status)
{
    public static string Of(SessionMessage message) => JsonSerializer.Serialize(
        new MessageNews(message.Sequence, message.MessageId, message.Role, message.MessageType, message.Status));
}
