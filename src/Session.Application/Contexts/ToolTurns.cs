namespace SessionService.Application.Contexts;

/// <summary>
/// Matches tool results with tool calls in a range of messages. A result answers the call that it names, or the first open call since the
/// user's last message, or else a redacted message that may have made the call.
/// </summary>
internal sealed class ToolTurns
{
    private readonly IReadOnlyList<ContextCandidate> _messages;
    private readonly Dictionary<int, (int Message, int Call)> _callOfResult = [];
    private readonly HashSet<int> _resultsOfRedacted = [];
    private readonly List<(int First, int Last)> _stretches = [];

    /// <param name="messages">In time order.</param>
    public ToolTurns(IReadOnlyList<ContextCandidate> messages)
    {
        _messages = messages;
        MatchNamed();
        MatchOthers();
    }

    /// <summary>Whether any result lacks its call.</summary>
    public bool LacksCalls => Enumerable.Range(0, _messages.Count).Any(i => _messages[i].IsResult && !HasCall(i));

    /// <summary>Whether a result answers a call that a redaction has removed.</summary>
    public bool AnswersRedacted(int result) => _resultsOfRedacted.Contains(result);

    /// <summary>The result of a call; <see langword="null"/> where there is none.</summary>
    public int? ResultOf(int message, int call)
    {
        foreach (var (result, answered) in _callOfResult)
        {
            if (answered == (message, call))
            {
                return result;
            }
        }

        return null;
    }

    /// <summary>
    /// The first index, from a given one on, at which the messages can be cut without separating calls from their results.
    /// </summary>
    public int CutAtOrAfter(int place)
    {
        while (_stretches.Exists(Parted))
        {
            place = _stretches.Where(Parted).Max(stretch => stretch.Last) + 1;
        }

        return place;

        bool Parted((int First, int Last) stretch) => IsParted(stretch, place);
    }

    /// <summary>
    /// The last index, up to a given one, at which the messages can be cut without separating calls from their results.
    /// </summary>
    public int CutAtOrBefore(int place)
    {
        while (_stretches.Exists(Parted))
        {
            place = _stretches.Where(Parted).Min(stretch => stretch.First);
        }

        return place;

        bool Parted((int First, int Last) stretch) => IsParted(stretch, place);
    }

    /// <summary>The end of the run of calls that starts at an index.</summary>
    public int EndOfRun(int first)
    {
        var end = first;
        while (end < _messages.Count && _messages[end].IsCall)
        {
            end++;
        }

        return end;
    }

    private static bool IsParted((int First, int Last) stretch, int place) => stretch.First < place && place <= stretch.Last;

    /// <summary>Names come first, so that a result without a name does not take the call that another result names.</summary>
    private void MatchNamed()
    {
        var open = new List<(int Message, int Call, string? Id)>();
        for (var i = 0; i < _messages.Count; i++)
        {
            open.AddRange(_messages[i].Calls.Select((call, n) => (i, n, call.Id)));
            if (_messages[i] is { IsResult: true, AnsweredCallId: { } id } && open.FindLastIndex(call => call.Id == id) is >= 0 and var at)
            {
                Match(i, open[at].Message, open[at].Call);
                open.RemoveAt(at);
            }
        }
    }

    private void MatchOthers()
    {
        var taken = _callOfResult.Values.ToHashSet();
        var open = new List<(int Message, int Call, string? Id)>();
        int? redacted = null;
        for (var i = 0; i < _messages.Count; i++)
        {
            var message = _messages[i];
            if (message.IsCall)
            {
                open.AddRange(message.Calls.Select((call, n) => (i, n, call.Id)).Where(call => !taken.Contains((call.i, call.n))));
                _stretches.Add((FirstOfRun(i), i));
            }
            else if (message.MayHaveCalled)
            {
                redacted = i;
            }
            else if (message.Role is "user")
            {
                open.RemoveAll(call => call.Id is null);
                redacted = null;
            }
            else if (message.IsResult && !HasCall(i))
            {
                Answer(i, open, redacted);
            }
        }
    }

    /// <summary>A result that names a call answers no call of another name.</summary>
    private void Answer(int result, List<(int Message, int Call, string? Id)> open, int? redacted)
    {
        var at = _messages[result].AnsweredCallId is null ? (open.Count > 0 ? 0 : -1) : open.FindIndex(call => call.Id is null);
        if (at >= 0)
        {
            Match(result, open[at].Message, open[at].Call);
            open.RemoveAt(at);
        }
        else if (redacted is { } call)
        {
            _resultsOfRedacted.Add(result);
            _stretches.Add((call, result));
        }
    }

    private void Match(int result, int message, int call)
    {
        _callOfResult[result] = (message, call);
        _stretches.Add((FirstOfRun(message), result));
    }

    private bool HasCall(int result) => _callOfResult.ContainsKey(result) || _resultsOfRedacted.Contains(result);

    private int FirstOfRun(int call)
    {
        while (call > 0 && _messages[call - 1].IsCall)
        {
            call--;
        }

        return call;
    }
}
