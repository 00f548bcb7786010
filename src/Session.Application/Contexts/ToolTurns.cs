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
    private readonly int[] _firstOfRun;

    /// <param name="messages">In time order.</param>
    public ToolTurns(IReadOnlyList<ContextCandidate> messages)
    {
        _messages = messages;
        _firstOfRun = new int[messages.Count];
        for (var i = 0; i < messages.Count; i++)
        {
            _firstOfRun[i] = i > 0 && messages[i].IsCallOnly && messages[i - 1].IsCallOnly ? _firstOfRun[i - 1] : i;
        }

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
        foreach (var stretch in _stretches.OrderBy(stretch => stretch.First))
        {
            place = IsParted(stretch, place) ? stretch.Last + 1 : place;
        }

        return place;
    }

    /// <summary>
    /// The last index, up to a given one, at which the messages can be cut without separating calls from their results.
    /// </summary>
    public int CutAtOrBefore(int place)
    {
        foreach (var stretch in _stretches.OrderByDescending(stretch => stretch.Last))
        {
            place = IsParted(stretch, place) ? stretch.First : place;
        }

        return place;
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
        var open = new Dictionary<string, Stack<ToolPlace>>(StringComparer.Ordinal);
        foreach (var (place, part) in CallsAndResults())
        {
            if (part.CallId is not { Length: > 0 } id)
            {
                continue;
            }

            if (part.Kind == PartKind.Result)
            {
                if (open.TryGetValue(id, out var calls) && calls.TryPop(out var call))
                {
                    Match(place, call);
                }
            }
            else if (open.TryGetValue(id, out var same))
            {
                same.Push(place);
            }
            else
            {
                open[id] = new Stack<ToolPlace>([place]);
            }
        }
    }

    private void MatchOthers()
    {
        var open = new OpenCalls();
        int? hidden = null;
        for (var i = 0; i < _messages.Count; i++)
        {
            var message = _messages[i];
            if (message.IsCallOnly)
            {
                _stretches.Add((_firstOfRun[i], i));
            }

            foreach (var (place, part) in CallsAndResults(i))
            {
                if (part.Kind == PartKind.Call && !_resultOfCall.ContainsKey(place))
                {
                    open.Add(place, part);
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
                open.ForgetNameless();
                hidden = null;
            }
        }
    }

    private void Answer(ToolPlace result, MessagePart part, OpenCalls open, int? hidden)
    {
        if (open.Take(part) is { } call)
        {
            Match(result, call);
        }
        else if (hidden is { } message)
        {
            _resultsOfHidden.Add(result);
            _stretches.Add((message, result.Message));
        }
    }

    private void Match(ToolPlace result, ToolPlace call)
    {
        _callOfResult[result] = call;
        _resultOfCall[call] = result;
        _stretches.Add((_firstOfRun[call.Message], result.Message));
    }

    private bool HasCall(ToolPlace result) => _callOfResult.ContainsKey(result) || _resultsOfHidden.Contains(result);

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
