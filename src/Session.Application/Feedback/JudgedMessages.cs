using System.Runtime.CompilerServices;
using SessionService.Application.Messages;
using SessionService.Domain.Feedback;
using SessionService.Domain.Messages;

namespace SessionService.Application.Feedback;

/// <summary>
/// Feedback with the messages that it judges, some at a time. No connection or snapshot is held in between, and little memory is needed
/// however long the messages are.
/// </summary>
public sealed class JudgedMessages(IFeedbackStore store, IMessageReader messages)
{
    private const int FeedbackAtOnce = 128;
    private const int FirstMessages = 8;
    private const int Growth = 4;

    /// <inheritdoc cref="ReadAsync(string, FeedbackFilter, CancellationToken)"/>
    public IAsyncEnumerable<(MessageFeedback Feedback, SessionMessage Message)> ReadAsync(
        string userId, ExportFeedbackQuery query, CancellationToken cancellationToken) =>
        ReadAsync(userId, query.ToFilter(), cancellationToken);

    /// <summary>All feedback that a filter chooses, in the order of sessions, messages and names.</summary>
    public async IAsyncEnumerable<(MessageFeedback Feedback, SessionMessage Message)> ReadAsync(
        string userId, FeedbackFilter filter, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        FeedbackPlace? last = null;
        IReadOnlyList<MessageFeedback> some;
        do
        {
            some = await store.ReadAsync(userId, filter, last, FeedbackAtOnce, cancellationToken);
            await foreach (var (feedback, message) in JoinAsync(userId, some, cancellationToken))
            {
                // The session may have been deleted meanwhile.
                if (message is not null)
                {
                    yield return (feedback, message);
                }
            }

            last = some is [.., var end] ? FeedbackPlace.Of(end) : null;
        }
        while (some.Count == FeedbackAtOnce);
    }

    /// <summary>Finds the message of each feedback; <see langword="null"/> where there is none.</summary>
    public async IAsyncEnumerable<(MessageFeedback Feedback, SessionMessage? Message)> JoinAsync(
        string userId, IReadOnlyList<MessageFeedback> feedback, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var take = FirstMessages;
        for (var from = 0; from < feedback.Count;)
        {
            var some = feedback.Skip(from).Take(take).ToList();
            from += some.Count;
            MessagePosition[] positions = [.. some.Where(one => one.Sequence > 0).Select(PositionOf).Distinct()];
            var found = positions.Length == 0 ? [] : await messages.FindAsync(userId, positions, cancellationToken);
            var byPosition = found.ToDictionary(message => new MessagePosition(message.SessionId, message.Sequence));
            foreach (var one in some)
            {
                yield return (one, byPosition.GetValueOrDefault(PositionOf(one)));
            }

            var longest = found.Select(message => message.Content.Length + message.Metadata.Length + (message.Parts?.Length ?? 0))
                .Append(1).Max();
            take = Math.Clamp(MessagePortion.MaxBytes / longest, 1, Growth * take);
        }
    }

    private static MessagePosition PositionOf(MessageFeedback feedback) => new(feedback.SessionId, feedback.Sequence);
}
