using Microsoft.Extensions.AI;

namespace SessionService.AgentFramework;

/// <summary>Finds which message each call of a model answered.</summary>
internal static class MessageUsage
{
    /// <summary>What the calls used, by the place of the last message that each answered.</summary>
    /// <param name="messages">The messages of a run that the model and its tools wrote.</param>
    /// <param name="recorded">What was recorded beside them.</param>
    public static IReadOnlyDictionary<int, ModelCall> Assign(IReadOnlyList<ChatMessage> messages, IReadOnlyList<ModelCall> recorded)
    {
        var answers = AnswersIn(messages);
        var calls = new Dictionary<int, ModelCall>();
        var areMatched = recorded.Count == answers.Count;
        for (var i = 0; i < answers.Count; i++)
        {
            // Some models tell their usage within the message.
            var told = Sum(messages.Skip(answers[i].Start).Take(answers[i].Length)
                .SelectMany(message => message.Contents).OfType<UsageContent>().Select(content => content.Details));
            if (told is not null)
            {
                var call = areMatched ? recorded[i] : recorded.Count > 0 ? recorded[^1] : null;
                calls[answers[i].Last] = new ModelCall(call?.ModelId, told);
            }
            else if (areMatched)
            {
                calls[answers[i].Last] = recorded[i];
            }
        }

        // Where calls and answers do not match one to one, the last message has it all.
        if (calls.Count == 0 && answers.Count > 0 && recorded.Count > 0)
        {
            calls[answers[^1].Last] = new ModelCall(recorded[^1].ModelId, Sum(recorded.Select(call => call.Usage))!);
        }

        return calls;
    }

    /// <summary>Messages of the model that follow each other are one answer.</summary>
    private static List<(int Start, int Length, int Last)> AnswersIn(IReadOnlyList<ChatMessage> messages)
    {
        var answers = new List<(int Start, int Length, int Last)>();
        var start = -1;
        for (var i = 0; i <= messages.Count; i++)
        {
            var isAnswer = i < messages.Count && messages[i].Role == ChatRole.Assistant;
            if (isAnswer && start < 0)
            {
                start = i;
            }
            else if (!isAnswer && start >= 0)
            {
                answers.Add((start, i - start, i - 1));
                start = -1;
            }
        }

        return answers;
    }

    private static UsageDetails? Sum(IEnumerable<UsageDetails> usages)
    {
        UsageDetails? sum = null;
        foreach (var usage in usages)
        {
            (sum ??= new UsageDetails()).Add(usage);
        }

        return sum;
    }
}
