using Microsoft.Extensions.AI;

namespace SessionService.AgentFramework;

/// <summary>Calls of tools that nobody answered, because a run broke off.</summary>
internal static class UnansweredCalls
{
    /// <summary>The history without calls that neither it nor the request answers.</summary>
    public static IEnumerable<ChatMessage> LeaveOut(IReadOnlyCollection<ChatMessage> history, IEnumerable<ChatMessage> request)
    {
        var answered = new HashSet<string>(StringComparer.Ordinal);
        foreach (var content in history.Concat(request).SelectMany(message => message.Contents))
        {
            switch (content)
            {
                case FunctionResultContent result:
                    answered.Add(result.CallId);
                    break;

                // The framework runs the tool once the user has approved.
                case ToolApprovalResponseContent { ToolCall: { } call }:
                    answered.Add(call.CallId);
                    break;
            }
        }

        foreach (var message in history)
        {
            var isComplete = message.Contents.All(content => !IsUnanswered(content));
            if (isComplete)
            {
                yield return message;
                continue;
            }

            var rest = message.Clone();
            if (SequenceNumbers.Of(message) is { } sequence)
            {
                SequenceNumbers.Set(rest, sequence);
            }

            rest.Contents = [.. message.Contents.Where(content => !IsUnanswered(content))];
            if (rest.Contents.Any(content => content is not (TextReasoningContent or UsageContent)))
            {
                yield return rest;
            }
        }

        bool IsUnanswered(AIContent content) =>
            content is FunctionCallContent { InformationalOnly: false } call && !answered.Contains(call.CallId);
    }
}
