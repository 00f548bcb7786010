using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using SessionService.Application.Messages;

namespace SessionService.Application.Imports;

/// <summary>The session whose messages an import writes at the moment, and where in the file and the session the import stands.</summary>
/// <param name="count">How many messages the session has.</param>
/// <param name="target">The session as it was found; <see langword="null"/> where the import made it.</param>
/// <param name="fileBranch">The branch that is the conversation in the file.</param>
internal sealed class ImportedSession(Guid sessionId, long count, ImportTarget? target, int? fileBranch, ImportTally tally)
{
    private const int MaxRemoved = 10_000;

    private readonly ImportedNumbers _numbers = new();

    // The session as it was found; null where the import made it, or a dry run would have gone on with it.
    private ImportTarget? _target = target;

    // Messages of the file that were removed from the session's branches: no branch gets them back.
    private readonly HashSet<long> _removed = [];

    // The number of the next message in the imported file; null before the first message.
    private long? _nextNumber;

    // A gap in the file may be due to invalid lines since the last message.
    private long _wrongBefore = tally.Response.Failed;

    private bool _isBranchTold;

    public Guid SessionId => sessionId;

    public int? FileBranch => fileBranch;

    /// <summary>The number of messages that the session has in the database.</summary>
    public long Count { get; private set; } = count;

    /// <summary>The number of the last message on the path of the imported conversation.</summary>
    public long After { get; private set; }

    /// <summary>How much lower numbers are than in the file because of skipped lines.</summary>
    public long Shift { get; private set; }

    /// <summary>Whether nothing more is written to the session.</summary>
    public bool IsLeftOut { get; set; }

    /// <summary>Whether the conversation, as it was found, does not end where the import's does.</summary>
    public bool IsElsewhere => _target is not null && After != _target.Path.Last;

    /// <summary>A session that the import made, with its first messages.</summary>
    public static ImportedSession New(Guid sessionId, long count, int? fileBranch, ImportTally tally)
    {
        var session = new ImportedSession(sessionId, count, target: null, fileBranch, tally)
        {
            _nextNumber = count > 0 ? count + 1 : null,
            After = count,
        };
        session._numbers.AddSame(count);
        return session;
    }

    /// <summary>Takes the number of the next message in the file; false where another one must come.</summary>
    public bool TryTake(long? given, out long number, [NotNullWhen(false)] out ImportRefusal? refusal)
    {
        number = given ?? _nextNumber ?? 1;
        var gap = number - (_nextNumber ?? Math.Min(number, Count + 1));
        if (gap < 0 || gap > tally.Response.Failed - _wrongBefore)
        {
            refusal = new ImportRefusal(
                "sequence_mismatch",
                string.Create(CultureInfo.InvariantCulture, $"The next message would be number {_nextNumber ?? Count + 1}, not {number}."));
            return false;
        }

        if (_nextNumber is null && number > 1)
        {
            // The file begins in the middle of the conversation.
            _numbers.AddSame(number - 1);
            After = _target?.Path.Through(number - 1).Last ?? number - 1;
        }

        Shift += gap;
        _wrongBefore = tally.Response.Failed;
        _nextNumber = number + 1;
        refusal = null;
        return true;
    }

    /// <summary>Notes a message that the session had. Where it is in no branch, nothing follows it.</summary>
    /// <param name="inFile">Its number in the file.</param>
    /// <param name="stored">Its number in the session.</param>
    /// <param name="isOffPath">Whether the conversation of the file does not show it.</param>
    /// <param name="isBlanked">Whether the message was redacted in the session, and not where the file comes from.</param>
    public void NoteFound(long inFile, long stored, bool isOffPath, bool isBlanked)
    {
        var isInNoBranch = _target?.OffBranches.Contains(stored) == true;
        if (isInNoBranch && isBlanked && _removed.Count < MaxRemoved)
        {
            _removed.Add(stored);
        }

        Note(inFile, stored, isOffPath || isInNoBranch);
        Count = Math.Max(Count, stored);
    }

    public void NoteAppended(long inFile, long stored, bool isOffPath)
    {
        Note(inFile, stored, isOffPath);
        Count = stored;
    }

    /// <summary>Notes a message that is not stored. Those after it move up.</summary>
    public void NoteSkipped(long inFile)
    {
        _numbers.Skip(inFile);
        Shift++;
    }

    /// <summary>Notes messages that a dry run would have appended: what follows them goes on with them.</summary>
    public void NoteWouldHave(long messages)
    {
        _target = null;
        Count = Math.Max(Count, messages);
    }

    /// <summary>Lets the answer name the branch that the import's messages are in, once.</summary>
    public void TellBranch(long number, int? branchId)
    {
        if (!_isBranchTold)
        {
            _isBranchTold = true;
            tally.AddBranch(SessionId, number, branchId);
        }
    }

    /// <summary>A path of the file in the numbers of the session; <see langword="null"/> where the session has none such.</summary>
    public MessagePath? Find(MessagePath inFile)
    {
        if (_nextNumber is null && _numbers.Last == 0)
        {
            // The file has no messages of the session.
            _numbers.AddSame(Count);
        }

        return _numbers.Find(inFile) is { } found ? WithoutRemoved(found) : null;
    }

    private MessagePath WithoutRemoved(MessagePath path)
    {
        if (!_removed.Any(path.Contains))
        {
            return path;
        }

        var ranges = new List<NumberRange>();
        foreach (var range in path.Ranges)
        {
            var first = range.First;
            foreach (var gap in _removed.Where(number => number >= range.First && number <= range.Last).Order())
            {
                if (gap > first)
                {
                    ranges.Add(new NumberRange(first, gap - 1));
                }

                first = gap + 1;
            }

            if (first <= range.Last)
            {
                ranges.Add(range with { First = first });
            }
        }

        return new MessagePath(ranges);
    }

    private void Note(long inFile, long stored, bool isOffPath)
    {
        _numbers.Add(inFile, stored);
        After = isOffPath ? After : stored;
    }
}
