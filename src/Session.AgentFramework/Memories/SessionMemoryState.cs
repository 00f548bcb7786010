using System.Text.Json.Serialization;

namespace SessionService.AgentFramework;

/// <summary>Whose memories an agent session recalls. It is in the agent session's state bag, and is serialized with it.</summary>
/// <param name="userId">The user; the client's user where it is <see langword="null"/>.</param>
[method: JsonConstructor]
public sealed class SessionMemoryState(string? userId = null)
{
    /// <summary>The user; the client's user where it is <see langword="null"/>.</summary>
    public string? UserId { get; } = userId;
}
