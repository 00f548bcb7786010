using SessionService.Application.Live;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Api.Live;

/// <summary>The events of all sessions of a user.</summary>
internal sealed class UserEvents(UserFeed feed, DatabasePulses pulses, string userId) : IEventSource
{
    public async Task<EventPage> ReadAsync(long version, CancellationToken cancellationToken)
    {
        using var watch = pulses.Primary.Watch(cancellationToken);
        using var read = await feed.NextAsync(watch.Token);
        if (read is null)
        {
            return EventPage.Nothing;
        }

        using var writer = new EventWriter();
        switch (read.Page)
        {
            case null:
                writer.WriteSnapshot(read.Position.ToText(userId), new SnapshotEvent { Session = null });
                break;

            case { IsGone: true } gone:
                writer.WriteDeleted(read.Position.ToText(userId), gone.SessionId);
                break;

            case var page:
                SessionEvents.Write(writer, page, userId, IdAt);
                read.MoveTo(page.To);
                break;
        }

        var newest = read.Page?.Messages is { Count: > 0 and var count } messages ? messages[count - 1].CreatedAt : (DateTime?)null;
        return new EventPage(writer.Written, writer.Events, IsLast: false, Newest: newest);

        string IdAt(SessionPosition place)
        {
            read.MoveTo(place);
            return read.Position.ToText(userId);
        }
    }
}
