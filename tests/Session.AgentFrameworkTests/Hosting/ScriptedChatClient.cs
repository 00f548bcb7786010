using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace SessionService.AgentFrameworkTests.Hosting;

/// <summary>A model whose answers a test writes. It remembers what it was asked.</summary>
internal sealed class ScriptedChatClient(Func<IReadOnlyList<ChatMessage>, ChatOptions?, ChatResponse> answer) : IChatClient
{
    private readonly List<IReadOnlyList<ChatMessage>> _requests = [];

    public ScriptedChatClient(Func<IReadOnlyList<ChatMessage>, string> answer)
        : this((messages, _) => new ChatResponse(new ChatMessage(ChatRole.Assistant, answer(messages))))
    {
    }

    /// <summary>The messages of each call.</summary>
    public IReadOnlyList<IReadOnlyList<ChatMessage>> Requests => _requests;

    /// <summary>Says how many messages it was given.</summary>
    public static ScriptedChatClient Counting() => new(messages => $"I was given {messages.Count} messages.");

    /// <summary>Calls a tool, then answers with its result.</summary>
    public static ScriptedChatClient CallingTool(string tool, Dictionary<string, object?>? arguments = null) =>
        new((messages, _) => new ChatResponse(
            messages[^1].Contents.OfType<FunctionResultContent>().FirstOrDefault() is { } result
                ? new ChatMessage(ChatRole.Assistant, $"The tool says: {result.Result}")
                : new ChatMessage(
                    ChatRole.Assistant,
                    [new TextContent("Let me look."), new FunctionCallContent($"call-{Guid.NewGuid():N}", tool, arguments)])));

    public Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        var given = messages.ToList();
        _requests.Add(given);
        return Task.FromResult(answer(given, options));
    }

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var response = await GetResponseAsync(messages, options, cancellationToken);
        foreach (var update in response.ToChatResponseUpdates())
        {
            yield return update;
        }
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => serviceType.IsInstanceOfType(this) ? this : null;

    public void Dispose()
    {
    }
}
