using System.Text.RegularExpressions;

namespace SessionService.Application.Contexts;

/// <summary>
/// Converts messages into the messages of a chat completion API. The API refuses tool calls that are not followed by their results, and
/// results without calls. So calls with missing names or results, and too many calls at once, become plain messages. It refuses messages
/// without text too, so redacted and blank messages are left out.
/// </summary>
internal static partial class ChatCompletion
{
    // The API's limit of an id.
    private const int MaxIdLength = 40;

    // The API's limit of tool calls in one message.
    private const int MaxCalls = 128;

    private const string ResultPrefix = "Result of a tool:\n";

    [GeneratedRegex("^[a-zA-Z0-9_-]{1,64}$", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 100)]
    private static partial Regex FunctionName { get; }

    public static IReadOnlyList<ContextMessage> From(
        IReadOnlyList<ContextCandidate> system, string? memory, IReadOnlyList<ContextCandidate> messages)
    {
        var chat = new List<ContextMessage>(messages.Count + 1);
        AddPlain(system);
        if (memory is not null)
        {
            chat.Add(new ContextMessage { Role = "system", Content = memory });
        }

        var turns = new ToolTurns(messages);
        var answered = new HashSet<int>();
        for (var i = 0; i < messages.Count; i++)
        {
            if (answered.Contains(i) || turns.AnswersRedacted(i))
            {
                continue;
            }

            if (messages[i].IsCall)
            {
                var end = turns.EndOfRun(i);
                AddCalls(i, end);
                i = end - 1;
            }
            else
            {
                AddPlain([messages[i]]);
            }
        }

        return chat;

        void AddPlain(IEnumerable<ContextCandidate> plain) =>
            chat.AddRange(plain.Where(message => !message.IsRedacted && !string.IsNullOrWhiteSpace(message.Content)).Select(Plain));

        void AddCalls(int first, int end)
        {
            var ids = new HashSet<string>(StringComparer.Ordinal);
            var calls = Enumerable.Range(first, end - first)
                .SelectMany(i => messages[i].Calls.Select((call, n) => (
                    Call: call,
                    Id: IdOf(call, messages[i], n, ids),
                    Result: turns.ResultOf(i, n))))
                .ToList();
            if (calls.Count > MaxCalls
                || calls.Exists(call => call.Result is null || call.Call.Name is null || !FunctionName.IsMatch(call.Call.Name)))
            {
                AddPlain(messages.Take(first..end));
                return;
            }

            var texts = Enumerable.Range(first, end - first).Select(i => messages[i])
                .Where(message => message.Calls[0].Arguments != message.Content && !string.IsNullOrWhiteSpace(message.Content))
                .Select(message => message.Content)
                .ToList();
            chat.Add(new ContextMessage
            {
                Role = "assistant",
                Content = texts.Count == 0 ? null : string.Join('\n', texts),
                ToolCalls =
                [
                    .. calls.Select(call => new ChatToolCall
                    {
                        Id = call.Id,
                        Function = new ChatFunction
                        {
                            Name = call.Call.Name!,
                            Arguments = string.IsNullOrWhiteSpace(call.Call.Arguments) ? "{}" : call.Call.Arguments,
                        },
                    }),
                ],
            });
            foreach (var call in calls.OrderBy(call => call.Result))
            {
                answered.Add(call.Result!.Value);
                chat.Add(new ContextMessage { Role = "tool", ToolCallId = call.Id, Content = messages[call.Result.Value].Content });
            }
        }
    }

    /// <summary>The call's own id, unless it is too long or not unique in its message.</summary>
    private static string IdOf(ToolCall call, ContextCandidate message, int number, HashSet<string> ids)
    {
        var own = $"call_{message.Sequence}_{number}";
        var id = call.Id is { Length: <= MaxIdLength } given ? given : own;
        for (var attempt = 0; !ids.Add(id); attempt++)
        {
            id = $"{own}_{attempt}";
        }

        return id;
    }

    private static ContextMessage Plain(ContextCandidate message) => message switch
    {
        { IsCall: true } => new ContextMessage { Role = "assistant", Content = message.Content },
        { IsResult: true } => new ContextMessage { Role = "user", Content = ResultPrefix + message.Content },
        { Role: "assistant" or "system" } => new ContextMessage { Role = message.Role, Content = message.Content },
        _ => new ContextMessage { Role = "user", Content = message.Content },
    };
}
