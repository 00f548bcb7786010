using SessionService.Application.Messages.Parts;
using SessionService.Domain.Messages;

namespace SessionService.Application.Contexts;

/// <summary>The place of a call or a result: the index of its message, and its number among the calls or the results there.</summary>
internal readonly record struct ToolPlace(int Message, int Number);

/// <summary>
/// Matches tool results with tool calls in a range of messages. A result answers the call that it names, or the first open call since the
/// user's last message, or else a hidden message that may have made the call.
/// </summary>
internal sealed class ToolTurns
{
    private readonly IReadOnlyList<ContextCandidate> _messages;
    private readonly Dictionary<ToolPlace, ToolPlace> _callOfResult = [];
    private readonly Dictionary<ToolPlace, ToolPlace> _resultOfCall = [];
    private readonly HashSet<ToolPlace> _resultsOfHidden = [];
    private readonly List<(int First, int Last)> _stretches = [];

    /// <param name="messages">In time order.</param>
    public ToolTurns(IReadOnlyList<ContextCandidate> messages)
    {
        _messages = messages;
        MatchNamed();
        MatchOthers();
    }

    /// <summary>Whether any result lacks its call.</summary>
    public bool LacksCalls =>
        Enumerable.Range(0, _messages.Count).Any(i => Enumerable.Range(0, _messages[i].Results.Count).Any(n => !HasCall(new(i, n))));

    /// <summary>Whether a result answers a call that nobody can see any more.</summary>
    public bool AnswersHidden(ToolPlace result) => _resultsOfHidden.Contains(result);

    /// <summary>The result of a call; <see langword="null"/> where there is none.</summary>
    public ToolPlace? ResultOf(ToolPlace call) => _resultOfCall.TryGetValue(call, out var result) ? result : null;

    /// <summary>The call that a result answers; <see langword="null"/> where there is none.</summary>
    public ToolPlace? CallOf(ToolPlace result) => _callOfResult.TryGetValue(result, out var call) ? call : null;

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
        while (end < _messages.Count && _messages[end].IsCallOnly)
        {
            end++;
        }

        return end;
    }

    private static bool IsParted((int First, int Last) stretch, int place) => stretch.First < place && place <= stretch.Last;

    /// <summary>Names come first, so that a result without a name does not take the call that another result names.</summary>
    private void MatchNamed()
    {
        var open = new List<(ToolPlace Place, string? Id)>();
        foreach (var (place, part) in CallsAndResults())
        {
            if (part.Kind == PartKind.Call)
            {
                open.Add((place, part.CallId));
            }
            else if (part.CallId is { Length: > 0 } id && open.FindLastIndex(call => call.Id == id) is >= 0 and var at)
            {
                Match(place, open[at].Place);
                open.RemoveAt(at);
            }
        }
    }

    private void MatchOthers()
    {
        var open = new List<(ToolPlace Place, string? Id)>();
        int? hidden = null;
        for (var i = 0; i < _messages.Count; i++)
        {
            var message = _messages[i];
            if (message.IsCallOnly)
            {
                _stretches.Add((FirstOfRun(i), i));
            }

            foreach (var (place, part) in CallsAndResults(i))
            {
                if (part.Kind == PartKind.Call && !_resultOfCall.ContainsKey(place))
                {
                    open.Add((place, part.CallId));
                }
                else if (part.Kind == PartKind.Result && !HasCall(place))
                {
                    Answer(place, part, open, hidden);
                }
            }

            if (message.MayHaveCalled)
            {
                hidden = i;
            }
            else if (message is { Role: MessageRoles.User, IsCall: false } && message.Parts.Any(part => part.Kind != PartKind.Result))
            {
                open.RemoveAll(call => string.IsNullOrEmpty(call.Id));
                hidden = null;
            }
        }
    }

    /// <summary>A result that names a call answers no call of another name.</summary>
    private void Answer(ToolPlace result, MessagePart part, List<(ToolPlace Place, string? Id)> open, int? hidden)
    {
        var at = string.IsNullOrEmpty(part.CallId) ? (open.Count > 0 ? 0 : -1) : open.FindIndex(call => string.IsNullOrEmpty(call.Id));
        if (at >= 0)
        {
            Match(result, open[at].Place);
            open.RemoveAt(at);
        }
        else if (hidden is { } call)
        {
            _resultsOfHidden.Add(result);
            _stretches.Add((call, result.Message));
        }
    }

    private void Match(ToolPlace result, ToolPlace call)
    {
        _callOfResult[result] = call;
        _resultOfCall[call] = result;
        _stretches.Add((FirstOfRun(call.Message), result.Message));
    }

    private bool HasCall(ToolPlace result) => _callOfResult.ContainsKey(result) || _resultsOfHidden.Contains(result);

    private int FirstOfRun(int call)
    {
        while (call > 0 && _messages[call].IsCallOnly && _messages[call - 1].IsCallOnly)
        {
            call--;
        }

        return call;
    }

    private IEnumerable<(ToolPlace Place, MessagePart Part)> CallsAndResults() =>
        Enumerable.Range(0, _messages.Count).SelectMany(CallsAndResults);

    private IEnumerable<(ToolPlace Place, MessagePart Part)> CallsAndResults(int message)
    {
        var (calls, results) = (0, 0);
        foreach (var part in _messages[message].Parts)
        {
            switch (part.Kind)
            {
                case PartKind.Call:
                    yield return (new ToolPlace(message, calls++), part);
                    break;

                case PartKind.Result:
                    yield return (new ToolPlace(message, results++), part);
                    break;
            }
        }
    }
}
