namespace SessionService.Application.Contexts;

/// <summary>
/// Matches tool results with tool calls in a range of messages. A result answers the call that it names, or the first open call since the
/// user's last message.
/// </summary>
internal sealed class ToolTurns
{
    private readonly IReadOnlyList<ContextCandidate> _messages;
    private readonly Dictionary<int, (int Message, int Call)> _callOfResult = [];
    private readonly List<(int First, int Last)> _stretches = [];

    /// <param name="messages">In time order.</param>
    public ToolTurns(IReadOnlyList<ContextCandidate> messages)
    {
        _messages = messages;
        var open = new List<(int Message, int Call, string? Id)>();
        for (var i = 0; i < messages.Count; i++)
        {
            var message = messages[i];
            if (message.IsCall)
            {
                open.AddRange(message.Calls.Select((call, n) => (i, n, call.Id)));
                _stretches.Add((FirstOfRun(i), i));
            }
            else if (message.IsResult)
            {
                Answer(i, message.AnsweredCallId, open);
            }
            else if (message.Role is "user")
            {
                open.RemoveAll(call => call.Id is null);
            }
        }
    }

    /// <summary>Whether any result lacks its call.</summary>
    public bool LacksCalls => Enumerable.Range(0, _messages.Count).Any(i => _messages[i].IsResult && !_callOfResult.ContainsKey(i));

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

        bool Parted((int First, int Last) stretch) => stretch.First < place && place <= stretch.Last;
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

    private void Answer(int result, string? callId, List<(int Message, int Call, string? Id)> open)
    {
        var at = callId is null ? 0 : open.FindLastIndex(call => call.Id == callId);
        if (at < 0)
        {
            at = open.FindIndex(call => call.Id is null);
        }

        if (at < 0 || at >= open.Count)
        {
            return;
        }

        _callOfResult[result] = (open[at].Message, open[at].Call);
        _stretches.Add((FirstOfRun(open[at].Message), result));
        open.RemoveAt(at);
    }

    private int FirstOfRun(int call)
    {
        while (call > 0 && _messages[call - 1].IsCall)
        {
            call--;
        }

        return call;
    }
}
