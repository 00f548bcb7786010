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
    // More equal messages than this at one place are not known.
    private const int MaxOccurrences = 100;

    private readonly SessionChatHistoryState _state;
    private readonly long _position;
    private readonly NewMessage? _answered;
    private int _occurrence = 1;

    /// <param name="state">The history before the run.</param>
    /// <param name="position">The message's place in the run, from 0.</param>
    /// <param name="message">The message.</param>
    /// <param name="request">The message as the service gets it.</param>
    /// <param name="answered">The message before it, where the model or a tool wrote this one.</param>
    public NewMessage(
        SessionChatHistoryState state, long position, ChatMessage message, CreateMessageRequest request, NewMessage? answered = null)
    {
        (_state, _position, Message, Request, _answered) = (state, position, message, request, answered);
        HasPlaceOnly = string.IsNullOrEmpty(message.MessageId);
        HasGivenId = Guid.TryParse(message.MessageId, out var given) && given != Guid.Empty;
        Request.MessageId = HasGivenId ? given : DerivedId();
    }

    public ChatMessage Message { get; }

    public CreateMessageRequest Request { get; }

    /// <summary>Whether the id is the message's own.</summary>
    public bool HasGivenId { get; private set; }

    /// <summary>Whether the message has no id of its own, so that its place and content alone tell it from others.</summary>
    public bool HasPlaceOnly { get; private set; }

    public bool IsOpaque { get; private set; }

    /// <summary>Whether the session has the message already: the run is repeated.</summary>
    public bool IsRepeated { get; set; }

    public Guid Id => Request.MessageId!.Value;

    /// <summary>Whether there is another id than this one.</summary>
    public bool MayTakeAnotherId => _occurrence < MaxOccurrences;

    /// <summary>Takes another id, because another message has this one.</summary>
    public void TakeAnotherId()
    {
        if (HasGivenId)
        {
            HasGivenId = false;
            Request.MessageId = DerivedId();
        }
        else if (!HasPlaceOnly)
        {
            DeriveIdByPlace();
        }
        else
        {
            _occurrence++;
            Request.MessageId = IdAt(Place());
        }
    }

    /// <summary>Takes contents in a form that the service does not look into. The id stays.</summary>
    public void MakeOpaque(JsonNode content)
    {
        IsOpaque = true;
        Request.Content = content;
    }

    /// <summary>Whether a stored message with this id is this one, because the run was stored before.</summary>
    /// <param name="stored">The stored message.</param>
    /// <param name="isOvertaken">Whether a user has said something else since.</param>
    public bool IsRepetitionOf(MessageResponse stored, bool isOvertaken) =>
        IsSameAs(stored) && IsRepetition(isOvertaken) && _answered is not { IsRepeated: false };

    /// <summary>
    /// Whether a message whose place and content are stored already is a repetition. It is not where the conversation has gone on: then
    /// somebody says the same again, in an agent session that was not saved since.
    /// </summary>
    public bool IsRepetition(bool isOvertaken) => !(HasPlaceOnly && isOvertaken);

    private bool IsSameAs(MessageResponse stored) =>
        !HasGivenId
        || stored.RedactedAt is not null
        || (Request.Content is JsonArray parts
            ? JsonNode.DeepEquals(parts, stored.Parts)
            : stored.Parts is null && Request.Content?.GetValue<string>() == stored.Content);

    /// <summary>Takes an id by its place alone, because another message of the run has this id and this content.</summary>
    public void DeriveIdByPlace()
    {
        (HasGivenId, HasPlaceOnly) = (false, true);
        Request.MessageId = IdAt(Place());
    }

    // With a message id the place does not count, so that a run is known again from another process. Without one, equal messages at two
    // places are two messages.
    private Guid DerivedId() => IdAt(Message.MessageId is { Length: > 0 } id ? $"id {id}" : Place());

    private string Place() => string.Create(
        CultureInfo.InvariantCulture,
        $"{_state.Origin:D} {_state.StoredMessages + _position}{(_occurrence == 1 ? "" : $" {_occurrence}")}");

    private Guid IdAt(string place) =>
        NameUuid.Of(_state.SessionId, $"{place}\n{Request.Role}\n{Hash($"{Request.Name}\n{Request.Content?.ToJsonString()}")}");

    private static string Hash(string text) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
