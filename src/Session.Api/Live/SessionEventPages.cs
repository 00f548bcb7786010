using System.Collections.Concurrent;
using SessionService.Application.Live;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Api.Live;

/// <summary>
/// Reads and writes pages of sessions' events. Followers who have been told the same, and are woken together, share the reading and the
/// bytes: a busy session costs the database one page, however many follow.
/// </summary>
internal sealed class SessionEventPages(IServiceScopeFactory scopes, DatabasePulses pulses, TimeProvider time)
{
    // Followers that were woken together come within this time.
    private static readonly TimeSpan KeptFor = TimeSpan.FromMilliseconds(500);

    private readonly ConcurrentDictionary<Place, Lazy<Task<SessionEventPage>>> _shared = new();

    /// <param name="place">Whose page, and after which position.</param>
    /// <param name="isShared">Whether others may ask for the same page.</param>
    public Task<SessionEventPage> ReadAsync(Place place, bool isShared)
    {
        if (!isShared)
        {
            return ReadAsync(place);
        }

        var page = new Lazy<Task<SessionEventPage>>(() => ReadAsync(place));
        var shared = _shared.GetOrAdd(place, page);
        if (shared == page)
        {
            // A page that could not be read is not kept.
            _ = page.Value.ContinueWith(
                read => Task.Delay(read.IsCompletedSuccessfully ? KeptFor : TimeSpan.Zero, time)
                    .ContinueWith(_ => _shared.TryRemove(place, out var _), TaskScheduler.Default),
                TaskScheduler.Default);
        }

        return shared.Value;
    }

    // For no one request: others may wait for the same page, so it ends only with the database.
    private async Task<SessionEventPage> ReadAsync(Place place)
    {
        using var watch = pulses.Primary.Watch();
        await using var scope = scopes.CreateAsyncScope();
        var feed = scope.ServiceProvider.GetRequiredService<SessionFeed>();
        using var page = await feed.ReadAsync(place.UserId, place.SessionId, place.Position, place.Tag, watch.Token);
        using var writer = new EventWriter();
        SessionEvents.Write(writer, page, place.UserId, position => position.ToText(page.Tag));
        var newest = page.Messages is { Count: > 0 and var count } messages ? messages[count - 1].CreatedAt : (DateTime?)null;
        return new SessionEventPage(
            new EventPage(writer.Written, writer.Events, page.IsLast, page.IsGone, newest), page.To, page.Tag);
    }

    /// <summary>
    /// A place in the events of a session. The version is that of the wake-ups: after another one there may be more to read.
    /// </summary>
    internal readonly record struct Place(string UserId, Guid SessionId, SessionPosition? Position, uint? Tag, long Version);
}

/// <summary>A page of a session's events, and the position after it.</summary>
internal sealed record SessionEventPage(EventPage Page, SessionPosition To, uint Tag);
