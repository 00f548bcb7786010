using System.Numerics;
using SessionService.Application.Messages;

namespace SessionService.Infrastructure.Messages;

/// <summary>
/// Divides the reading of a selection into statements, so that none brings much more than fits into a portion. A statement asks for so many
/// messages with texts up to such a length. It ends at a longer text, which the next statement takes with fewer messages.
/// </summary>
internal sealed class MessageSteps(MessageSelection selection)
{
    // Where the most messages of the most permitted length come, a statement brings about so much.
    private const int MaxStatementBytes = 2 * MessagePortion.MaxBytes;
    private const int Growth = 4;
    private const int LeastTextBytes = 4 * 1024;

    // 4 KiB and its doubles up to 1 MiB, and no limit. The limits are part of the statements, so they must be few.
    private const int Limits = 10;

    private int _take = selection.Take;

    public MessageSelection Rest { get; private set; } = selection;

    /// <summary>Whether nothing more is to be read.</summary>
    public bool IsDone { get; private set; }

    /// <summary>What the next statement asks for.</summary>
    public MessageSelection Next => Rest with { Take = Math.Min(_take, Rest.Take) };

    /// <summary>Which of the statements of <see cref="Texts"/> is the next.</summary>
    public int Limit => Next.Take <= 1
        ? Limits - 1
        : BitOperations.Log2((uint)Math.Max(MaxStatementBytes / Next.Take / LeastTextBytes, 1));

    /// <summary>The texts of a statement by <see cref="Limit"/>.</summary>
    /// <param name="text">The text for the greatest length of a message's text.</param>
    public static IReadOnlyList<string> Texts(Func<int, string> text) =>
        [.. Enumerable.Range(0, Limits).Select(limit => text(limit == Limits - 1 ? int.MaxValue : LeastTextBytes << limit))];

    /// <summary>Takes note of what a statement brought.</summary>
    /// <param name="portion">The portion with the messages.</param>
    /// <param name="from">How many messages were there before.</param>
    /// <param name="isCut">Whether there are more messages, which the statement left out.</param>
    public void Note(MessagePortion portion, int from, bool isCut)
    {
        var (asked, read) = (Next.Take, portion.Count - from);
        Rest = Rest with { Path = portion.Path };
        if (read == 0)
        {
            // A statement for one message leaves nothing out.
            IsDone = !isCut || asked <= 1;
            _take = 1;
            return;
        }

        var last = portion[portion.Count - 1].Sequence;
        Rest = Rest.Order == MessageOrder.OldestFirst
            ? Rest with { After = last, Skip = 0, Take = Rest.Take - read }
            : Rest with { Before = last, Skip = 0, Take = Rest.Take - read };
        IsDone = Rest.Take == 0 || (!isCut && read < asked);
        var longest = 1;
        for (var i = from; i < portion.Count; i++)
        {
            longest = Math.Max(longest, portion[i].Bytes);
        }

        _take = (int)Math.Clamp(MessagePortion.MaxBytes / longest, 1, (long)Growth * asked);
    }
}
