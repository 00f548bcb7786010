using System.Runtime.CompilerServices;
using System.Text;
using SessionService.Application.Messages;
using SessionService.Domain.Messages;
using SessionService.Domain.Sessions;

namespace SessionService.Application.Contexts;

/// <summary>
/// Chooses the messages of a context: the newest that fit into a number of tokens, and the system messages of the start. Calls stay with
/// their results. The newest message always has a place: if it does not fit, with its calls and results, their texts are cut.
/// </summary>
internal sealed class ContextSelection(IMessageReader messages, string userId, Guid sessionId, bool isForChat)
{
    /// <summary>The most messages in an answer.</summary>
    public const int MaxMessages = 2_000;

    /// <summary>The most text in an answer, in UTF-16 code units.</summary>
    public const int MaxLength = 8 * 1024 * 1024;

    private const int ReadAtOnce = 50;

    // A session starts with one or two of them.
    private const int MaxSystemMessages = 10;

    // How many messages before those that fit are searched for the tool call of a result.
    private const int LookBack = 100;

    // A question that takes no more than this part of the tokens stays with the calls that follow it.
    private const int QuestionPart = 4;

    private static readonly ReadOnlyMemory<byte> ReasoningType = Encoding.UTF8.GetBytes(MessageTypes.Reasoning);

    /// <summary>The system messages at the start of the session. Their texts are cut where they do not fit.</summary>
    public async Task<IReadOnlyList<ContextCandidate>> ReadSystemAsync(int maxTokens, CancellationToken cancellationToken)
    {
        var selection = new MessageSelection { Order = MessageOrder.OldestFirst, Take = MaxSystemMessages };
        var start = new List<ContextCandidate>();
        await foreach (var row in messages.ReadAllAsync(userId, sessionId, selection, cancellationToken))
        {
            if (ContextCandidate.From(row, isForChat) is not { Role: "system", IsCall: false } message)
            {
                break;
            }

            start.Add(message);
        }

        return Shorten(start, maxTokens);
    }

    /// <summary>The newest messages after a number, in time order, and the number of the newest one of all.</summary>
    public async Task<(IReadOnlyList<ContextCandidate> Messages, long Last)> ChooseRecentAsync(
        long after, int maxTokens, CancellationToken cancellationToken)
    {
        // The messages from the newest back: those that fit, then, while a result lacks its call, some that do not fit.
        var read = new List<ContextCandidate>();
        var fitting = 0;
        var (tokens, length, isFull, lookedBack) = (0L, 0L, false, 0);
        await foreach (var message in ReadBackAsync(after, cancellationToken))
        {
            isFull = isFull || tokens + message.Tokens > maxTokens || length + message.Content.Length > MaxLength || fitting == MaxMessages;
            read.Add(message);
            if (!isFull)
            {
                fitting++;
                tokens += message.Tokens;
                length += message.Content.Length + message.Metadata.Length;
                continue;
            }

            // The last one is a message more than the calls need, because calls that follow each other must stay together.
            if (lookedBack == LookBack || (read.Count > 1 && !new ToolTurns(InTimeOrder(read.SkipLast(1))).LacksCalls))
            {
                break;
            }

            lookedBack++;
        }

        var all = InTimeOrder(read);
        if (all.Count == 0)
        {
            return ([], after);
        }

        var turns = new ToolTurns(all);
        var cut = turns.CutAtOrAfter(all.Count - fitting);
        var chosen = cut < all.Count ? all[cut..] : Shorten(all[FirstOfNewest(all, turns, maxTokens)..], maxTokens);
        return (chosen, all[^1].Sequence);
    }

    private async IAsyncEnumerable<ContextCandidate> ReadBackAsync(long after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var before = long.MaxValue;
        while (before > after + 1)
        {
            var selection = new MessageSelection { Order = MessageOrder.NewestFirst, Before = before, Take = ReadAtOnce };
            using var portion = await messages.ReadAsync(userId, sessionId, selection, cancellationToken) ?? throw SessionErrors.NotFound();
            var wasBefore = before;
            for (var i = 0; i < portion.Count; i++)
            {
                before = portion[i].Sequence;
                if (before <= after)
                {
                    yield break;
                }

                if (!IsReasoning(portion[i]))
                {
                    yield return ContextCandidate.From(portion[i], isForChat);
                }
            }

            if (before == wasBefore)
            {
                yield break;
            }
        }
    }

    // A model is not told again what it thought.
    private static bool IsReasoning(in MessageRow row) => row.MessageType.Span.SequenceEqual(ReasoningType.Span);

    /// <summary>The index of the newest message, or of the calls that it belongs to, or of a short question before them.</summary>
    private static int FirstOfNewest(List<ContextCandidate> all, ToolTurns turns, int maxTokens)
    {
        var first = turns.CutAtOrBefore(all.Count - 1);
        var hasQuestion = first > 0 && all[first - 1] is { Role: "user" } question && question.Tokens <= maxTokens / QuestionPart;
        return hasQuestion ? first - 1 : first;
    }

    /// <summary>
    /// The messages, with the longest texts cut to one length. Calls are left whole, because a part of their arguments is no JSON. Where
    /// that does not fit, there are none.
    /// </summary>
    private static List<ContextCandidate> Shorten(List<ContextCandidate> chosen, int maxTokens)
    {
        var level = Level(chosen, maxTokens);
        var shortened = new List<ContextCandidate>(chosen.Count);
        foreach (var message in chosen)
        {
            if (message.Tokens <= level || !MayBeCut(message, chosen))
            {
                shortened.Add(message);
            }
            else if (Excerpt.Of(message.Content, message.Tokens, level) is { } excerpt)
            {
                shortened.Add(message.With(excerpt));
            }
            else
            {
                return [];
            }
        }

        return shortened.Sum(message => (long)message.Tokens) <= maxTokens
            && shortened.Sum(message => (long)message.Content.Length) <= MaxLength ? shortened : [];
    }

    /// <summary>The length to which the longest texts are cut, in tokens, so that all fit.</summary>
    private static int Level(List<ContextCandidate> chosen, int maxTokens)
    {
        var left = maxTokens - chosen.Where(message => !MayBeCut(message, chosen)).Sum(message => (long)message.Tokens);
        var lengths = chosen.Where(message => MayBeCut(message, chosen)).Select(message => message.Tokens).Order().ToList();
        for (var i = 0; i < lengths.Count; i++)
        {
            var share = left / (lengths.Count - i);
            if (lengths[i] > share)
            {
                return (int)Math.Max(0, share);
            }

            left -= lengths[i];
        }

        return int.MaxValue;
    }

    private static bool MayBeCut(ContextCandidate message, List<ContextCandidate> chosen) => !message.IsCall || chosen is [_];

    private static List<ContextCandidate> InTimeOrder(IEnumerable<ContextCandidate> newestFirst) => [.. newestFirst.Reverse()];
}
