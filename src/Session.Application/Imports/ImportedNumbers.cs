using System.Runtime.InteropServices;
using SessionService.Application.Messages;

namespace SessionService.Application.Imports;

/// <summary>
/// Which numbers the messages of an imported session have in the stored one. The same as a rule; others where lines were skipped, or the
/// stored session went another way.
/// </summary>
internal sealed class ImportedNumbers
{
    // A file may repeat messages without end. Beyond this the branches of the session cannot be told.
    private const int MaxRuns = 100_000;

    private readonly List<Run> _runs = [];

    /// <summary>The last number in the file.</summary>
    public long Last { get; private set; }

    private bool IsFull => _runs.Count >= MaxRuns;

    /// <summary>Notes that the numbers up to one are the same.</summary>
    public void AddSame(long last)
    {
        if (last > 0)
        {
            _runs.Add(new Run(1, 1, last));
        }

        Last = last;
    }

    /// <summary>Notes the number of the next message of the file.</summary>
    public void Add(long inFile, long stored)
    {
        Last = inFile;
        if (_runs is [.., var run] && run.InFile + run.Count == inFile && run.Stored + run.Count == stored)
        {
            CollectionsMarshal.AsSpan(_runs)[^1] = run with { Count = run.Count + 1 };
        }
        else if (!IsFull)
        {
            _runs.Add(new Run(inFile, stored, 1));
        }
    }

    /// <summary>Notes a message of the file that is not stored.</summary>
    public void Skip(long inFile) => Last = inFile;

    /// <summary>
    /// A path as it is stored, without the messages that are not. <see langword="null"/> where the path has messages that the file has not,
    /// or that are stored in another order.
    /// </summary>
    public MessagePath? Find(MessagePath inFile)
    {
        if (IsFull || inFile.Last > Last)
        {
            return null;
        }

        var found = new List<NumberRange>();
        foreach (var range in inFile.Ranges)
        {
            for (var i = Math.Max(0, IndexOf(range.First)); i < _runs.Count && _runs[i].InFile <= range.Last; i++)
            {
                var run = _runs[i];
                var (first, last) = (Math.Max(range.First, run.InFile), Math.Min(range.Last, run.InFile + run.Count - 1));
                if (first <= last && !TryAdd(found, new NumberRange(first + run.Stored - run.InFile, last + run.Stored - run.InFile)))
                {
                    return null;
                }
            }
        }

        return new MessagePath(found);
    }

    private static bool TryAdd(List<NumberRange> ranges, NumberRange next)
    {
        if (ranges is not [.., var last])
        {
            ranges.Add(next);
        }
        else if (next.First <= last.Last)
        {
            return false;
        }
        else if (next.First == last.Last + 1)
        {
            ranges[^1] = last with { Last = next.Last };
        }
        else
        {
            ranges.Add(next);
        }

        return true;
    }

    /// <summary>The last run that begins up to a number; -1 where none does.</summary>
    private int IndexOf(long inFile)
    {
        var (low, high) = (0, _runs.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = _runs[middle].InFile <= inFile ? (middle + 1, high) : (low, middle);
        }

        return low - 1;
    }

    /// <summary>Messages that follow each other in the file and in the session.</summary>
    private readonly record struct Run(long InFile, long Stored, long Count);
}
