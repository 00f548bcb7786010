using SessionService.Application.MemorySearch.Ranking;
using SessionService.Application.Search;

namespace SessionService.Infrastructure.Search;

/// <summary>What the index holds of a message beside its lexemes; or of a title, summary or memory, which has no id and no role.</summary>
/// <param name="SessionId">The session.</param>
/// <param name="Sequence">The message's number; <see cref="SearchPlace.Title"/>, <see cref="SearchPlace.Summary"/> or
/// <see cref="SearchPlace.Memory"/> for what is no message.</param>
/// <param name="MessageId">Its id.</param>
/// <param name="Role">Who speaks; empty for a title, summary or memory.</param>
/// <param name="MessageType">Its type.</param>
/// <param name="CreatedAt">Microseconds since 1970.</param>
/// <param name="Length">The number of lexemes of its content.</param>
/// <param name="HeadingLength">The number of lexemes of its heading.</param>
/// <param name="Traits">What ranking knows of it beside its words.</param>
internal readonly record struct IndexedMessage(
    Guid SessionId, long Sequence, Guid MessageId, string Role, string MessageType, long CreatedAt, int Length, int HeadingLength,
    MessageTraits Traits = default)
{
    public bool IsMessage => Sequence > 0;

    public static long ToMicroseconds(DateTimeOffset time) => (time - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    public static DateTimeOffset ToTime(long microseconds) =>
        DateTimeOffset.UnixEpoch.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond);
}
