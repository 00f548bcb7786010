namespace SessionService.Application.Messages;

/// <summary>
/// The numbers of the messages that a conversation shows: ascending ranges with gaps between them. A message has a position on the path,
/// from 1.
/// </summary>
public sealed class MessagePath
{
    /// <summary>The most ranges of a path. Beyond that a session cannot be rewound again.</summary>
    public const int MaxRanges = 10_000;

    private readonly NumberRange[] _ranges;

    // How many messages stand before each range.
    private readonly long[] _before;

    /// <param name="ranges">In their order, with a gap between each and the next.</param>
    public MessagePath(IEnumerable<NumberRange> ranges)
    {
        _ranges = [.. ranges];
        _before = new long[_ranges.Length];
        for (var i = 0; i < _ranges.Length; i++)
        {
            _before[i] = Count;
            Count += _ranges[i].Count;
        }
    }

    /// <summary>The path on which all messages are.</summary>
    public static MessagePath Whole { get; } = new([new NumberRange(1, long.MaxValue)]);

    /// <summary>Whether all messages are on the path.</summary>
    public bool IsWhole => _ranges is [{ First: 1, Last: long.MaxValue }];

    public IReadOnlyList<NumberRange> Ranges => _ranges;

    /// <summary>How many messages there are; up to the greatest number where the path has no end.</summary>
    public long Count { get; }

    /// <summary>The last number; 0 where the path is empty.</summary>
    public long Last => _ranges.Length == 0 ? 0 : _ranges[^1].Last;

    /// <summary>The part of the path up to a number.</summary>
    public MessagePath Through(long last) =>
        last >= Last ? this : new MessagePath(_ranges.TakeWhile(range => range.First <= last).Select(range => range.Through(last)));

    public bool Contains(long number) => RangeOf(number) is >= 0 and var range && number <= _ranges[range].Last;

    /// <summary>How many messages have numbers up to this one.</summary>
    public long CountThrough(long number) =>
        RangeOf(number) is >= 0 and var range ? _before[range] + _ranges[range].Through(number).Count : 0;

    /// <summary>How many messages have numbers after one and up to another.</summary>
    public long CountBetween(long after, long last) => last <= after ? 0 : CountThrough(last) - CountThrough(after);

    /// <summary>The number of the message at a position.</summary>
    public long NumberAt(long position)
    {
        var range = RangeAt(position);
        return _ranges[range].First + (position - 1 - _before[range]);
    }

    /// <summary>The number that follows a number of the path.</summary>
    public long Next(long number) => NumberAt(CountThrough(number) + 1);

    /// <summary>The number before a number of the path; 0 before the first one.</summary>
    public long Previous(long number) => CountThrough(number) is > 1 and var position ? NumberAt(position - 1) : 0;

    /// <summary>The ranges of the messages after one position and up to another.</summary>
    public IEnumerable<NumberRange> At(long after, long last)
    {
        for (var i = RangeAt(after + 1); i < _ranges.Length && _before[i] < last; i++)
        {
            var first = _ranges[i].First;
            yield return new NumberRange(
                first + Math.Max(0, after - _before[i]), first + Math.Min(_ranges[i].Count, last - _before[i]) - 1);
        }
    }

    private int RangeAt(long position)
    {
        var range = Array.BinarySearch(_before, position - 1);
        return Math.Max(0, range < 0 ? ~range - 1 : range);
    }

    /// <summary>The last range that begins up to a number; -1 where none does.</summary>
    private int RangeOf(long number)
    {
        var (low, high) = (0, _ranges.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = _ranges[middle].First <= number ? (middle + 1, high) : (low, middle);
        }

        return low - 1;
    }
}

/// <summary>Numbers that follow each other.</summary>
/// <param name="First">The first one.</param>
/// <param name="Last">The last one; <see cref="long.MaxValue"/> where the range has no end.</param>
public readonly record struct NumberRange(long First, long Last)
{
    public long Count => Last - First + 1;

    /// <summary>The part up to a number, which is not before the first one.</summary>
    public NumberRange Through(long last) => last < Last ? this with { Last = last } : this;
}
