using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;
using SessionService.Client;

namespace SessionService.AgentFramework;

/// <summary>A message on its way into a session, with the id that makes it the same message when the run is repeated.</summary>
internal sealed class NewMessage
{
    private readonly SessionChatHistoryState _state;
    private readonly long _position;

    /// <param name="state">The history before the run.</param>
    /// <param name="position">The message's place in the run, from 0.</param>
    /// <param name="message">The message.</param>
    /// <param name="request">The message as the service gets it.</param>
    public NewMessage(SessionChatHistoryState state, long position, ChatMessage message, CreateMessageRequest request)
    {
        (_state, _position, Message, Request) = (state, position, message, request);
        HasGivenId = Guid.TryParse(message.MessageId, out var given) && given != Guid.Empty;
        Request.MessageId = HasGivenId ? given : DerivedId();
    }

    public ChatMessage Message { get; }

    public CreateMessageRequest Request { get; }

    /// <summary>Whether the id is the message's own.</summary>
    public bool HasGivenId { get; private set; }

    public bool IsOpaque { get; private set; }

    public Guid Id => Request.MessageId!.Value;

    /// <summary>Whether there is another id than this one.</summary>
    public bool MayTakeAnotherId { get; private set; } = true;

    /// <summary>Takes another id, because a message of another session or with another content has this one.</summary>
    public void TakeAnotherId()
    {
        if (!HasGivenId)
        {
            DeriveIdByPlace();
            return;
        }

        HasGivenId = false;
        Request.MessageId = DerivedId();
    }

    /// <summary>Takes contents in a form that the service does not look into. The id stays.</summary>
    public void MakeOpaque(JsonNode content)
    {
        IsOpaque = true;
        Request.Content = content;
    }

    /// <summary>Whether a stored message with this id is this one.</summary>
    public bool IsSameAs(MessageResponse stored) =>
        !HasGivenId
        || stored.RedactedAt is not null
        || (Request.Content is JsonArray parts
            ? JsonNode.DeepEquals(parts, stored.Parts)
            : stored.Parts is null && Request.Content?.GetValue<string>() == stored.Content);

    /// <summary>Takes an id by its place alone, because another message of the run has this id and this content.</summary>
    public void DeriveIdByPlace()
    {
        (HasGivenId, MayTakeAnotherId) = (false, false);
        Request.MessageId = IdAt(Place());
    }

    // With a message id the place does not count, so that a run is known again from another process. Without one, equal messages at two
    // places are two messages.
    private Guid DerivedId() => IdAt(Message.MessageId is { Length: > 0 } id ? $"id {id}" : Place());

    private string Place() => string.Create(CultureInfo.InvariantCulture, $"{_state.Origin:D} {_state.StoredMessages + _position}");

    private Guid IdAt(string place) =>
        NameUuid.Of(_state.SessionId, $"{place}\n{Request.Role}\n{Hash($"{Request.Name}\n{Request.Content?.ToJsonString()}")}");

    private static string Hash(string text) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
