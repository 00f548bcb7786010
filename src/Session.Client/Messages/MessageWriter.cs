using System.Text.Json.Nodes;

namespace SessionService.Client;

/// <summary>
/// A message in progress. It numbers the deltas of its one writer. A delta whose call has thrown may be given again: it is stored once.
/// </summary>
public sealed class MessageWriter
{
    private readonly MessagesClient _messages;

    internal MessageWriter(MessagesClient messages, MessageResponse message, int nextIndex)
    {
        _messages = messages;
        Message = message;
        NextIndex = nextIndex;
    }

    /// <summary>The message as it was opened.</summary>
    public MessageResponse Message { get; }

    /// <summary>The index of the next delta.</summary>
    public int NextIndex { get; private set; }

    /// <summary>Adds a text. An empty one adds nothing.</summary>
    public async Task AddTextAsync(string text, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length > 0)
        {
            await AddAsync(new() { Index = NextIndex, Text = text }, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Adds parts.</summary>
    public Task AddPartsAsync(JsonArray parts, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(parts);
        return AddAsync(new() { Index = NextIndex, Parts = parts }, cancellationToken);
    }

    /// <summary>Completes the message.</summary>
    public Task<MessageResponse> CompleteAsync(
        CompleteMessageRequest? ending = null, string? idempotencyKey = null, CancellationToken cancellationToken = default) =>
        _messages.CompleteAsync(Message.SessionId, Message.Sequence, ending, idempotencyKey, cancellationToken);

    private async Task AddAsync(AddDeltaRequest delta, CancellationToken cancellationToken)
    {
        await _messages
            .AddDeltaAsync(Message.SessionId, Message.Sequence, delta, cancellationToken: cancellationToken)
            .ConfigureAwait(false);
        NextIndex++;
    }
}
