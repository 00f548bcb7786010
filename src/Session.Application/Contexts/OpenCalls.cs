using SessionService.Application.Messages.Parts;

namespace SessionService.Application.Contexts;

/// <summary>
/// The calls without a result so far. A result that names its tool answers a call of this tool, because models call several tools at once
/// and get the results in any order. Otherwise the first call is answered.
/// </summary>
internal sealed class OpenCalls
{
    private readonly Group _withId = new();
    private Group _withoutId = new();

    public void Add(ToolPlace call, MessagePart part) => (HasId(part) ? _withId : _withoutId).Add(call, part.ToolName);

    public void ForgetNameless() => _withoutId = new Group();

    /// <summary>The call that a result may answer. A result that names a call by its id answers no call of another id.</summary>
    public ToolPlace? Take(MessagePart result)
    {
        var withoutId = _withoutId.Find(result.ToolName);
        var withId = HasId(result) ? null : _withId.Find(result.ToolName);
        var isOfWithId = withId is { } call && !(withoutId is { } other && IsBefore(other, call));
        var found = isOfWithId ? withId : withoutId;
        if (found is { } taken)
        {
            (isOfWithId ? _withId : _withoutId).Remove(taken);
        }

        return found;
    }

    private static bool HasId(MessagePart part) => !string.IsNullOrEmpty(part.CallId);

    private static bool IsBefore(ToolPlace one, ToolPlace other) =>
        one.Message != other.Message ? one.Message < other.Message : one.Number < other.Number;

    /// <summary>Calls in their order, all together and by tool.</summary>
    private sealed class Group
    {
        private readonly Queue<ToolPlace> _all = [];
        private readonly Dictionary<string, Queue<ToolPlace>> _ofTool = new(StringComparer.Ordinal);
        private readonly HashSet<ToolPlace> _answered = [];

        public void Add(ToolPlace call, string? tool)
        {
            _all.Enqueue(call);
            tool ??= "";
            if (!_ofTool.TryGetValue(tool, out var calls))
            {
                _ofTool.Add(tool, calls = new Queue<ToolPlace>());
            }

            calls.Enqueue(call);
        }

        public void Remove(ToolPlace call) => _answered.Add(call);

        /// <summary>The first call of a tool, or else the first one that names no tool; of any tool where none is given.</summary>
        public ToolPlace? Find(string? tool) => string.IsNullOrEmpty(tool)
            ? FirstOf(_all)
            : FirstOf(_ofTool.GetValueOrDefault(tool)) ?? FirstOf(_ofTool.GetValueOrDefault(""));

        private ToolPlace? FirstOf(Queue<ToolPlace>? calls)
        {
            while (calls is not null && calls.TryPeek(out var call))
            {
                if (!_answered.Contains(call))
                {
                    return call;
                }

                calls.Dequeue();
            }

            return null;
        }
    }
}
