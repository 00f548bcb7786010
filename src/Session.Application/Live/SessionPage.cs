using SessionService.Application.Deltas;
using SessionService.Application.Messages;
using SessionService.Application.Sessions;

namespace SessionService.Application.Live;

/// <summary>What a follower of a session is told next: messages, in their order, and then the session. It may be nothing.</summary>
public sealed record SessionPage : IDisposable
{
    /// <summary>The session is gone, and there is nothing more to tell.</summary>
    public static SessionPage Gone(Guid sessionId) => new() { SessionId = sessionId, IsGone = true, IsLast = true };

    public required Guid SessionId { get; init; }

    /// <summary>The messages after <see cref="From"/>; <see langword="null"/> for none.</summary>
    public MessagePortion? Messages { get; init; }

    /// <summary>The message in progress after these, as it was opened; <see langword="null"/> where that has been told.</summary>
    public MessagePortion? Opened { get; init; }

    /// <summary>The next deltas of the message in progress.</summary>
    public IReadOnlyList<Delta> Deltas { get; init; } = [];

    /// <summary>The session as it is now, where anything but messages has changed.</summary>
    public SessionResponse? Session { get; init; }

    /// <summary>Whether the follower cannot be told what it missed, and must read the session anew.</summary>
    public bool IsSnapshot { get; init; }

    public bool IsGone { get; init; }

    /// <summary>Whether there was nothing more to tell when the page was read.</summary>
    public bool IsLast { get; init; }

    /// <summary>The position before the page.</summary>
    public SessionPosition From { get; init; }

    /// <summary>The position after the page.</summary>
    public SessionPosition To { get; init; }

    /// <summary>Names the session in ids of events.</summary>
    public uint Tag { get; init; }

    public void Dispose()
    {
        Messages?.Dispose();
        Opened?.Dispose();
    }
}
