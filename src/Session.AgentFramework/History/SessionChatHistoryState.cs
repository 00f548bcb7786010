using System.Text.Json.Serialization;
using Microsoft.Agents.AI;

namespace SessionService.AgentFramework;

/// <summary>
/// What an <see cref="AgentSession"/> carries about its history: which session of the service it is, and how far it has come. It is in the
/// agent session's state bag, and is serialized with it.
/// </summary>
/// <param name="sessionId">The session of the service.</param>
/// <param name="userId">The user whose session it is; the client's user where it is <see langword="null"/>.</param>
/// <param name="origin">Tells the messages of this agent session from equal ones of another; made where it is not given.</param>
/// <param name="storedMessages">How many messages this agent session has stored.</param>
/// <param name="isCreated">Whether the session of the service is known to exist.</param>
[method: JsonConstructor]
public sealed class SessionChatHistoryState(
    Guid sessionId, string? userId = null, Guid origin = default, long storedMessages = 0, bool isCreated = false)
{
    /// <summary>The session of the service.</summary>
    public Guid SessionId { get; } = sessionId;

    /// <summary>The user whose session it is; the client's user where it is <see langword="null"/>.</summary>
    public string? UserId { get; } = userId;

    /// <summary>Tells the messages of this agent session from equal ones of another that has the same session of the service.</summary>
    public Guid Origin { get; } = origin == default ? Guid.NewGuid() : origin;

    /// <summary>How many messages this agent session has stored. A run that is repeated begins at the same number.</summary>
    public long StoredMessages { get; } = storedMessages;

    /// <summary>Whether the session of the service is known to exist.</summary>
    public bool IsCreated { get; } = isCreated;

    internal SessionChatHistoryState Created() => new(SessionId, UserId, Origin, StoredMessages, isCreated: true);

    internal SessionChatHistoryState After(int messages) => new(SessionId, UserId, Origin, StoredMessages + messages, isCreated: true);
}
