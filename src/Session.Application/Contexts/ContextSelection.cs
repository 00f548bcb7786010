using System.Numerics;
using System.Runtime.CompilerServices;
using System.Text;
using SessionService.Application.Contexts.Tokens;
using SessionService.Application.Messages;
using SessionService.Domain.Messages;
using SessionService.Domain.Sessions;

namespace SessionService.Application.Contexts;

/// <summary>
/// Chooses the messages of a context: the newest that fit into a number of tokens, and the system messages of the start. Calls stay with
/// their results. The newest message always has a place: if it does not fit, with its calls and results, their texts are cut.
/// </summary>
/// <param name="path">The messages to choose from; <see langword="null"/> for the current branch, as of the first read.</param>
internal sealed class ContextSelection(
    IMessageReader messages,
    IMessageTokens tokens,
    TokenCounter counter,
    string userId,
    Guid sessionId,
    MessagePath? path,
    ContextReading reading)
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

    // Shorter texts are counted in less time than the database takes to answer.
    private const int BytesWorthAsking = 16 * 1024;
    private const int CountsAtOnce = 1_024;

    private static readonly ReadOnlyMemory<byte> ReasoningType = Encoding.UTF8.GetBytes(MessageTypes.Reasoning);

    private IReadOnlyDictionary<long, int> _counts = new Dictionary<long, int>();
    private long _countsFrom = long.MaxValue;
    private long _bytesToCount;
    private MessagePath? _path = path;

    /// <summary>How many messages there are to choose from, as of the last read from the newest back.</summary>
    public long Total { get; private set; }

    /// <summary>The system messages at the start of the session. Their texts are cut where they do not fit.</summary>
    public async Task<IReadOnlyList<ContextCandidate>> ReadSystemAsync(int maxTokens, CancellationToken cancellationToken)
    {
        var selection = new MessageSelection { Order = MessageOrder.OldestFirst, Take = MaxSystemMessages, Path = _path };
        var start = new List<ContextCandidate>();
        for (var isLast = false; !isLast && selection.Take > 0;)
        {
            using var portion = await messages.ReadAsync(userId, sessionId, selection, cancellationToken) ?? throw SessionErrors.NotFound();
            (_path, isLast, selection) = (portion.Path, portion.IsLast, selection.Rest(portion));
            for (var i = 0; i < portion.Count; i++)
            {
                if (ContextCandidate.From(portion[i], reading, counter, kept: null)
                    is not { Role: MessageRoles.System or MessageRoles.Developer, IsCall: false } message)
                {
                    return Shorten(start, maxTokens);
                }

                start.Add(message);
            }
        }

        return Shorten(start, maxTokens);
    }

    /// <summary>The newest messages after a number, in time order.</summary>
    public async Task<IReadOnlyList<ContextCandidate>> ChooseRecentAsync(
        long after, int maxTokens, CancellationToken cancellationToken)
    {
        // The messages from the newest back: those that fit, then, while a result lacks its call, some that do not fit.
        var read = new List<ContextCandidate>();
        var fitting = 0;
        var (taken, length, isFull, lookedBack, mayHaveCalls) = (0L, 0L, false, 0, true);
        await foreach (var message in ReadBackAsync(after, cancellationToken))
        {
            cancellationToken.ThrowIfCancellationRequested();
            isFull = isFull || taken + message.Tokens > maxTokens || length + message.Length > MaxLength || fitting == MaxMessages;
            read.Add(message);
            if (!isFull)
            {
                fitting++;
                taken += message.Tokens;
                length += message.Length;
                continue;
            }

            // The last one is a message more than the calls need, because calls that follow each other must stay together. All calls and
            // results are matched anew each time, so the look-back doubles between.
            var isDue = read.Count > 1 && mayHaveCalls && (lookedBack == 0 || BitOperations.IsPow2(lookedBack));
            if (lookedBack == LookBack || (isDue && !new ToolTurns(InTimeOrder(read.SkipLast(1))).LacksCalls))
            {
                break;
            }

            // A message without calls changes nothing for the results behind it.
            mayHaveCalls = (mayHaveCalls && !isDue) || message.IsCall || message.MayHaveCalled;
            lookedBack++;
        }

        var all = InTimeOrder(read);
        if (all.Count == 0)
        {
            return [];
        }

        var turns = new ToolTurns(all);
        var cut = turns.CutAtOrAfter(all.Count - fitting);
        return cut < all.Count ? all[cut..] : Shorten(all[FirstOfNewest(all, turns, maxTokens)..], maxTokens);
    }

    private async IAsyncEnumerable<ContextCandidate> ReadBackAsync(long after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var before = long.MaxValue;
        while (before > after + 1)
        {
            var selection = new MessageSelection { Order = MessageOrder.NewestFirst, Before = before, Take = ReadAtOnce, Path = _path };
            using var portion = await messages.ReadAsync(userId, sessionId, selection, cancellationToken) ?? throw SessionErrors.NotFound();
            _path = portion.Path;
            Total = before == long.MaxValue ? portion.Total : Total;
            var wasBefore = before;
            await ReadCountsAsync(portion, cancellationToken);
            for (var i = 0; i < portion.Count; i++)
            {
                before = portion[i].Sequence;
                if (before <= after)
                {
                    yield break;
                }

                if (reading.HasReasoning || !IsReasoning(portion[i]))
                {
                    yield return ContextCandidate.From(
                        portion[i], reading, counter, _counts.TryGetValue(before, out var count) ? count : null);
                }
            }

            if (before == wasBefore)
            {
                yield break;
            }
        }
    }

    private async Task ReadCountsAsync(MessagePortion portion, CancellationToken cancellationToken)
    {
        if (!counter.IsWorthKeeping || portion.Count == 0 || portion[portion.Count - 1].Sequence >= _countsFrom)
        {
            return;
        }

        for (var i = 0; i < portion.Count; i++)
        {
            _bytesToCount += portion[i].TokensUsed > 0 ? 0 : portion[i].Bytes;
        }

        if (_bytesToCount >= BytesWorthAsking)
        {
            var last = portion[0].Sequence;
            _countsFrom = Math.Max(1, last - CountsAtOnce + 1);
            _counts = await tokens.ReadAsync(userId, sessionId, _countsFrom, last, counter.Name, cancellationToken);
        }
    }

    // A model is not told again what it thought, unless the caller wants it.
    private static bool IsReasoning(in MessageRow row) => row.MessageType.Span.SequenceEqual(ReasoningType.Span);

    /// <summary>The index of the newest message, or of the calls that it belongs to, or of a short question before them.</summary>
    private static int FirstOfNewest(List<ContextCandidate> all, ToolTurns turns, int maxTokens)
    {
        var first = turns.CutAtOrBefore(all.Count - 1);
        var hasQuestion = first > 0 && all[first - 1] is { Role: "user" } question && question.Tokens <= maxTokens / QuestionPart;
        return hasQuestion ? first - 1 : first;
    }

    /// <summary>
    /// The messages, with the longest texts cut to one length. Pictures and the arguments of calls cannot be cut: where they leave no room,
    /// pictures are named and long arguments are left out. Where even that does not fit, there are none.
    /// </summary>
    private List<ContextCandidate> Shorten(List<ContextCandidate> chosen, int maxTokens)
    {
        var shortened = CutTexts(chosen, maxTokens);
        return shortened.Count > 0 || chosen.Count == 0
            ? shortened
            : CutTexts(chosen.ConvertAll(message => message.WithoutMedia(counter, reading)), maxTokens);
    }

    private List<ContextCandidate> CutTexts(List<ContextCandidate> chosen, int maxTokens)
    {
        var cuttable = chosen.ConvertAll(message => message.Cuttable(counter, isAlone: chosen is [_]));
        var texts = cuttable.SelectMany(message => message.Select(text => text.Tokens)).ToList();
        var others = chosen.Sum(message => (long)message.Tokens) - texts.Sum(tokens => (long)tokens);
        var level = Level(texts, maxTokens - others);
        var shortened = new List<ContextCandidate>(chosen.Count);
        for (var i = 0; i < chosen.Count; i++)
        {
            if (chosen[i].Cut(cuttable[i], level, counter) is not { } message)
            {
                return [];
            }

            shortened.Add(message);
        }

        return shortened.Sum(message => (long)message.Tokens) <= maxTokens
            && shortened.Sum(message => (long)message.Content.Length) <= MaxLength ? shortened : [];
    }

    /// <summary>The length to which the longest texts are cut, in tokens, so that all fit.</summary>
    private static int Level(List<int> texts, long maxTokens)
    {
        var left = maxTokens;
        var lengths = texts.Order().ToList();
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

    private static List<ContextCandidate> InTimeOrder(IEnumerable<ContextCandidate> newestFirst) => [.. newestFirst.Reverse()];
}
