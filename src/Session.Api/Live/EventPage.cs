namespace SessionService.Api.Live;

/// <summary>Events as they are sent.</summary>
/// <param name="Bytes">The events, in the format of <c>text/event-stream</c>.</param>
/// <param name="Events">How many they are.</param>
/// <param name="IsLast">Whether there was nothing more to tell when the page was read.</param>
/// <param name="IsEnd">Whether the stream ends with the page.</param>
/// <param name="Newest">When the newest of the messages was written; <see langword="null"/> where there is none.</param>
internal sealed record EventPage(
    ReadOnlyMemory<byte> Bytes, int Events, bool IsLast, bool IsEnd = false, DateTime? Newest = null)
{
    public static EventPage Nothing { get; } = new(default, Events: 0, IsLast: true);
}

/// <summary>What a stream tells, a page at a time. It keeps the position.</summary>
internal interface IEventSource
{
    /// <summary>Reads the events after those that were read before.</summary>
    /// <param name="version">The version of the wake-ups before the look.</param>
    /// <param name="cancellationToken">Ends the look.</param>
    Task<EventPage> ReadAsync(long version, CancellationToken cancellationToken);
}
