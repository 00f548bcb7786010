using SessionService.Application.Messages;
using SessionService.Domain.Sessions;

namespace SessionService.Infrastructure.Messages;

internal sealed record LockedSession(long MessageCount, SessionStatus Status, bool IsStarred, int OpenMessages);

/// <summary>What the user has, as of the locks.</summary>
internal sealed class FoundForAppends
{
    public Dictionary<Guid, LockedSession> Sessions { get; } = [];

    public HashSet<string> Keys { get; } = new(StringComparer.Ordinal);

    public HashSet<Guid> Ids { get; } = [];

    public HashSet<(Guid, string)> Items { get; } = [];

    public long OpenMessages { get; set; }

    public bool Admits(Append write, LockedSession session, bool takesUp)
    {
        var isOpen = session.Status is SessionStatus.Active or SessionStatus.Completed
            || (takesUp && session.Status is SessionStatus.Archived or SessionStatus.Expired);
        var opening = write.Messages.Count(message => message.Opens);
        return (isOpen || write.Now is null)
            && (write.ExpectedSequence ?? session.MessageCount + 1) == session.MessageCount + 1
            && !(write.Key is { } key && Keys.Contains(key.Value))
            && !write.Messages.Any(message => message.HasOwnId && Ids.Contains(message.Message.MessageId))
            && !write.Messages.Any(message => message.Message.ItemId is { } item && Items.Contains((write.SessionId, item)))
            && (write.Opening is not { } limits || opening == 0
                || (session.OpenMessages + opening <= limits.MaxOfSession && OpenMessages + opening <= limits.MaxOfUser));
    }
}
