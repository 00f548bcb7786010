using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Microsoft.Extensions.AI;

namespace AgentChat;

/// <summary>
/// Stands in for a model, so that the sample runs without one. It knows two things: to remember a name that it is told, by the tool for
/// memories, and to find a name in what it is given.
/// </summary>
internal sealed partial class ScriptedModel : IChatClient
{
    private const string AddTool = "add_memory";

    public Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        var given = messages.ToList();
        var answer = Answer(given, options);
        return Task.FromResult(new ChatResponse(answer)
        {
            ModelId = "scripted",
            Usage = new UsageDetails { InputTokenCount = given.Sum(Words), OutputTokenCount = Words(answer) },
        });
    }

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        foreach (var update in (await GetResponseAsync(messages, options, cancellationToken)).ToChatResponseUpdates())
        {
            yield return update;
        }
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => serviceType.IsInstanceOfType(this) ? this : null;

    public void Dispose()
    {
    }

    // What is recalled is a message of the user as well.
    private static ChatMessage Answer(List<ChatMessage> given, ChatOptions? options)
    {
        if (given[^1].Role == ChatRole.Tool)
        {
            return new ChatMessage(ChatRole.Assistant, "I will remember that.");
        }

        var question = given.LastOrDefault(
            message => message.Role == ChatRole.User && !message.Text.StartsWith("## ", StringComparison.Ordinal));
        if (question is not null && Told().Match(question.Text) is { Success: true } told)
        {
            var memory = $"The user's name is {told.Groups["name"].Value}.";
            var arguments = new Dictionary<string, object?>(StringComparer.Ordinal) { ["content"] = memory };
            return options?.Tools?.Any(tool => tool.Name == AddTool) == true
                ? new ChatMessage(ChatRole.Assistant, [new FunctionCallContent($"call_{Guid.NewGuid():N}", AddTool, arguments)])
                : new ChatMessage(ChatRole.Assistant, $"Nice to meet you, {told.Groups["name"].Value}.");
        }

        if (question?.Text.Contains("my name", StringComparison.OrdinalIgnoreCase) == true)
        {
            var known = given.Select(message => Told().Match(message.Text)).LastOrDefault(match => match.Success);
            return new ChatMessage(
                ChatRole.Assistant, known is null ? "You have not told me your name." : $"Your name is {known.Groups["name"].Value}.");
        }

        return new ChatMessage(ChatRole.Assistant, $"You said: {question?.Text}");
    }

    private static int Words(ChatMessage message) => message.Text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length;

    [GeneratedRegex(
        @"\bname is (?<name>\p{Lu}\w*)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Told();
}
