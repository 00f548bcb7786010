using SessionService.Application.Messages.Parts;
using SessionService.Domain.Messages;

namespace SessionService.Application.Contexts.Formats;

/// <summary>
/// Divides messages into turns. Model APIs refuse calls of tools that are not followed by their results, results without calls, and
/// messages without content. So calls without a result are left out, results without a call become texts of the user, and results move
/// behind their calls. Calls that follow each other become one turn.
/// </summary>
internal sealed class ContextTurns
{
    // The limit of OpenAI's API in one message.
    private const int MaxCalls = 128;
    private const int MaxNameLength = 64;

    private const string ResultPrefix = "Result of a tool:\n";

    private readonly IReadOnlyList<ContextCandidate> _messages;
    private readonly bool _hasReasoning;
    private readonly CallIds _ids;
    private readonly ToolTurns _tools;
    private readonly HashSet<ToolPlace> _made = [];
    private readonly List<ContextTurn> _turns = [];
    private readonly List<MessagePart> _parts = [];
    private readonly List<AnsweredCall> _calls = [];

    private ContextTurns(IReadOnlyList<ContextCandidate> messages, bool hasReasoning, CallIds ids)
    {
        (_messages, _hasReasoning, _ids) = (messages, hasReasoning, ids);
        _tools = new ToolTurns(messages);
    }

    /// <param name="system">The system messages of the start.</param>
    /// <param name="memory">The session's memory.</param>
    /// <param name="messages">The messages behind, in time order.</param>
    /// <param name="hasReasoning">Whether reasoning is given.</param>
    /// <param name="ids">Gives the calls their ids.</param>
    public static IReadOnlyList<ContextTurn> Of(
        IReadOnlyList<ContextCandidate> system,
        string? memory,
        IReadOnlyList<ContextCandidate> messages,
        bool hasReasoning,
        CallIds ids)
    {
        var start = new ContextTurns(system, hasReasoning, ids);
        start.AddMessages();
        if (!string.IsNullOrWhiteSpace(memory))
        {
            start._turns.Add(new ContextTurn { Role = MessageRoles.System, Parts = [Text(memory)] });
        }

        var rest = new ContextTurns(messages, hasReasoning, ids);
        rest.AddMessages();
        return [.. start._turns, .. rest._turns];
    }

    private void AddMessages()
    {
        for (var i = 0; i < _messages.Count; i++)
        {
            var end = Math.Max(i + 1, _tools.EndOfRun(i));
            FindCallsThatCanBeMade(i, end);
            for (var message = i; message < end; message++)
            {
                AddParts(message, first: i);
            }

            Close(_messages[i]);
            i = end - 1;
        }
    }

    private void FindCallsThatCanBeMade(int first, int end)
    {
        var calls = Enumerable.Range(first, end - first)
            .SelectMany(i => Enumerable.Range(0, _messages[i].Calls.Count).Select(n => new ToolPlace(i, n)))
            .ToList();
        if (calls.Count <= MaxCalls)
        {
            _made.UnionWith(calls.Where(call => IsName(CallAt(call).ToolName) && _tools.ResultOf(call) is not null));
        }
    }

    private void AddParts(int index, int first)
    {
        var message = _messages[index];
        var (calls, results) = (0, 0);
        foreach (var part in message.Parts)
        {
            switch (part.Kind)
            {
                case PartKind.Call:
                    AddCall(new ToolPlace(index, calls++));
                    break;

                case PartKind.Result:
                    AddResult(new ToolPlace(index, results++), _messages[first]);
                    break;

                case PartKind.Reasoning when !_hasReasoning || RoleOf(message) is not MessageRoles.Assistant:
                case PartKind.Text or PartKind.Refusal when string.IsNullOrWhiteSpace(part.Text) || IsArguments(part, index):
                case PartKind.Other:
                    break;

                default:
                    // A message can go on after results that it holds itself.
                    if (_calls.Exists(call => call.Place.Message == index))
                    {
                        Close(message);
                    }

                    _parts.Add(part);
                    break;
            }
        }
    }

    private void AddCall(ToolPlace place)
    {
        if (_made.Contains(place) && _tools.ResultOf(place) is { } result)
        {
            var call = CallAt(place);
            var id = _ids.Take(call.CallId, _messages[place.Message].Sequence, place.Number);
            _calls.Add(new AnsweredCall(id, call.ToolName!, call, _messages[result.Message].Results[result.Number], result));
        }
    }

    private void AddResult(ToolPlace place, ContextCandidate first)
    {
        if ((_tools.CallOf(place) is { } call && _made.Contains(call)) || _tools.AnswersHidden(place))
        {
            return;
        }

        var result = _messages[place.Message].Results[place.Number];
        Close(first);
        List<MessagePart> parts = string.IsNullOrWhiteSpace(result.Text) ? [] : [Text(ResultPrefix + result.Text)];
        parts.AddRange(result.Nested.Where(part => part.Kind == PartKind.Media));
        if (parts.Count > 0)
        {
            _turns.Add(new ContextTurn { Role = MessageRoles.User, MessageId = first.MessageId, Parts = parts });
        }
    }

    /// <summary>Ends a turn.</summary>
    private void Close(ContextCandidate message)
    {
        if (_parts.Count + _calls.Count == 0)
        {
            return;
        }

        _turns.Add(new ContextTurn
        {
            Role = RoleOf(message),
            Name = message.Name,
            MessageId = message.MessageId,
            Parts = [.. _parts],
            Calls = [.. _calls],
        });
        _parts.Clear();
        _calls.Clear();
    }

    /// <summary>Whether a text only repeats what the call behind it says.</summary>
    private bool IsArguments(MessagePart text, int index) =>
        _messages[index] is { StoredParts: null, Calls: [var call, ..] }
        && call.Arguments == text.Text
        && Enumerable.Range(0, _messages[index].Calls.Count).Any(n => _made.Contains(new ToolPlace(index, n)));

    private MessagePart CallAt(ToolPlace place) => _messages[place.Message].Calls[place.Number];

    private static bool IsName(string? name) => name is { Length: > 0 and <= MaxNameLength } && CallIds.IsPlain(name);

    private static string RoleOf(ContextCandidate message) => message switch
    {
        { IsCall: true } => MessageRoles.Assistant,
        { Role: MessageRoles.Assistant or MessageRoles.System or MessageRoles.Developer } => message.Role,
        _ => MessageRoles.User,
    };

    private static MessagePart Text(string text) => new() { Index = 0, Kind = PartKind.Text, Json = default, Text = text };
}
