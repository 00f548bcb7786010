using System.Collections.Frozen;

namespace SessionService.Domain.Sessions;

/// <summary>Where a session is in its life.</summary>
public enum SessionStatus
{
    /// <summary>In use.</summary>
    Active,

    /// <summary>Its task is done; it may become active again.</summary>
    Completed,

    /// <summary>Ended for good: readable, without new messages.</summary>
    Ended,

    /// <summary>Put away; it may become active again.</summary>
    Archived,

    /// <summary>Idle for too long; it may become active again.</summary>
    Expired,
}

/// <summary>The names of the statuses in JSON and in the database, and the changes between them.</summary>
public static class SessionStatuses
{
    private static readonly FrozenDictionary<string, SessionStatus> ByName =
        Enum.GetValues<SessionStatus>().ToFrozenDictionary(Name, StringComparer.Ordinal);

    /// <summary>The name of a status: <c>active</c>, <c>completed</c>, <c>ended</c>, <c>archived</c>, <c>expired</c>.</summary>
    public static string Name(this SessionStatus status) => status switch
    {
        SessionStatus.Active => "active",
        SessionStatus.Completed => "completed",
        SessionStatus.Ended => "ended",
        SessionStatus.Archived => "archived",
        SessionStatus.Expired => "expired",
        _ => throw new ArgumentOutOfRangeException(nameof(status), status, message: null),
    };

    public static bool IsKnown(string name) => ByName.ContainsKey(name);

    /// <exception cref="FormatException">The name is none of the known ones.</exception>
    public static SessionStatus Parse(string name) =>
        ByName.TryGetValue(name, out var status) ? status : throw new FormatException($"'{name}' is no session status.");

    /// <summary>A session in use, or done and ready to be taken up again.</summary>
    public static bool IsActive(this SessionStatus status) => status is SessionStatus.Active or SessionStatus.Completed;

    /// <summary>Whether a session may go from one status to another. Staying where it is, is always allowed.</summary>
    public static bool MayBecome(this SessionStatus from, SessionStatus to) =>
        from == to || from switch
        {
            SessionStatus.Active or SessionStatus.Completed => true,
            SessionStatus.Archived or SessionStatus.Expired => to == SessionStatus.Active,
            _ => false,
        };
}
