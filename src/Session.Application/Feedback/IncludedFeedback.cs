using AutoMapper;
using SessionService.Application.Messages;
using SessionService.Domain.Feedback;

namespace SessionService.Application.Feedback;

/// <summary>
/// The feedback of the messages of one answer. One statement reads that of a portion of messages; where it is very much, several do, each
/// for some of the messages.
/// </summary>
public sealed class IncludedFeedback(IFeedbackStore store, IMapper mapper, string userId, Guid sessionId)
{
    /// <summary>The feedback that is held in memory. Always as much as one message may have.</summary>
    private const int MaxRows = 25 * MessageFeedback.MaxNames;

    private MessagePortion? _portion;
    private ILookup<long, MessageFeedback>? _read;
    private int _readTo;

    /// <summary>The feedback of one message of a portion, by name.</summary>
    public async ValueTask<IReadOnlyDictionary<string, MessageFeedbackResponse>> OfAsync(
        MessagePortion portion, int index, CancellationToken cancellationToken)
    {
        if (portion != _portion || index >= _readTo)
        {
            await ReadAsync(portion, index, cancellationToken);
        }

        return ByName(_read![portion[index].Sequence]);
    }

    /// <summary>The feedback of one message, by name.</summary>
    public async Task<IReadOnlyDictionary<string, MessageFeedbackResponse>> OfAsync(long sequence, CancellationToken cancellationToken) =>
        ByName(await store.FindAsync(userId, sessionId, [sequence], MessageFeedback.MaxNames, cancellationToken));

    private async Task ReadAsync(MessagePortion portion, int from, CancellationToken cancellationToken)
    {
        for (var take = portion.Count - from; ; take = Math.Max(take / 4, MaxRows / MessageFeedback.MaxNames))
        {
            var sequences = new long[Math.Min(take, portion.Count - from)];
            for (var i = 0; i < sequences.Length; i++)
            {
                sequences[i] = portion[from + i].Sequence;
            }

            var found = await store.FindAsync(userId, sessionId, sequences, MaxRows + 1, cancellationToken);
            if (found.Count <= MaxRows)
            {
                (_portion, _read, _readTo) = (portion, found.ToLookup(feedback => feedback.Sequence), from + sequences.Length);
                return;
            }
        }
    }

    private Dictionary<string, MessageFeedbackResponse> ByName(IEnumerable<MessageFeedback> feedback) =>
        feedback.ToDictionary(one => one.Name, mapper.Map<MessageFeedbackResponse>, StringComparer.Ordinal);
}
