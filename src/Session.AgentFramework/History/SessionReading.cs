using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;
using SessionService.Client;

namespace SessionService.AgentFramework;

/// <summary>Reads the messages of a session that a model is given.</summary>
internal sealed class SessionReading(SessionServiceClient client, Guid sessionId, JsonSerializerOptions? options)
{
    private const int ReadAtOnce = 1_000;

    // What stands for base64 that the service keeps elsewhere.
    private const string AttachmentMark = "attachment:";

    /// <summary>The newest messages, oldest first; <see langword="null"/> where there is no such session.</summary>
    public async Task<IReadOnlyList<ReadMessage>?> ReadNewestAsync(int count, CancellationToken cancellationToken)
    {
        var query = new MessageQuery
        {
            Order = SortOrder.Desc,
            Limit = Math.Clamp(count, 1, ReadAtOnce),
            Attachments = AttachmentForm.Inline,
        };
        var messages = new List<ReadMessage>();
        try
        {
            await foreach (var message in client.Messages.ListAsync(sessionId, query, cancellationToken).ConfigureAwait(false))
            {
                if (messages.Count >= count)
                {
                    break;
                }

                if (message.RedactedAt is null && message.Status == MessageStatus.Completed)
                {
                    var whole = await WholeAsync(client, message, cancellationToken).ConfigureAwait(false);
                    messages.Add(new ReadMessage(message.MessageId, Numbered(whole.ToChatMessage(options), message.Sequence)));
                }
            }
        }
        catch (SessionServiceException refusal) when (refusal.Code == Codes.SessionNotFound)
        {
            return null;
        }

        messages.Reverse();
        return messages;
    }

    /// <summary>The memory and the newest messages that fit; <see langword="null"/> where there is no such session.</summary>
    public async Task<IReadOnlyList<ReadMessage>?> ReadContextAsync(int maxTokens, CancellationToken cancellationToken)
    {
        ContextResponse context;
        try
        {
            var query = new ContextQuery
            {
                MaxTokens = maxTokens,
                Format = ContextFormat.Session,
                Keep = Keep.System,
                Reasoning = ContextReasoning.Include,
                Attachments = AttachmentForm.Inline,
            };
            context = await client.Contexts.GetAsync(sessionId, query, cancellationToken).ConfigureAwait(false);
        }
        catch (SessionServiceException refusal) when (refusal.Code == Codes.SessionNotFound)
        {
            return null;
        }

        var messages = new List<ReadMessage>(context.Messages.Count + 1);
        if (context.Memory is { } memory)
        {
            messages.Add(new ReadMessage(Id: null, SessionMemoryMessage.Of(memory.Content, covers: null)));
        }

        foreach (var message in context.Messages.Where(IsShown))
        {
            messages.Add(new ReadMessage(
                message.MessageId,
                Numbered(
                    message is { OmittedTokens: null, Sequence: { } sequence } && MayRefer(message.Parts)
                        ? (await ReadWholeAsync(client, sessionId, sequence, cancellationToken).ConfigureAwait(false))
                            .ToChatMessage(options)
                        : message.ToChatMessage(options),
                    message.Sequence)));
        }

        return messages;
    }

    // A redacted message is blank, and one that grows has a status.
    private static bool IsShown(ContextMessage message) =>
        message.Status is null
        && (message.Parts is not null || message.Content is not JsonValue text || text.GetValueKind() != JsonValueKind.String
            || !string.IsNullOrWhiteSpace(text.GetValue<string>()));

    /// <summary>
    /// A message of a list with its files. An answer has as many bytes of files as a request may have; those of one message always fit.
    /// </summary>
    public static async ValueTask<MessageResponse> WholeAsync(
        SessionServiceClient client, MessageResponse message, CancellationToken cancellationToken) =>
        MayRefer(message.Parts)
            ? await ReadWholeAsync(client, message.SessionId, message.Sequence, cancellationToken).ConfigureAwait(false)
            : message;

    private static Task<MessageResponse> ReadWholeAsync(
        SessionServiceClient client, Guid sessionId, long sequence, CancellationToken cancellationToken) =>
        client.Messages.GetAsync(sessionId, sequence, attachments: AttachmentForm.Inline, cancellationToken: cancellationToken);

    private static ChatMessage Numbered(ChatMessage message, long? sequence)
    {
        if (sequence is { } number)
        {
            SequenceNumbers.Set(message, number);
        }

        return message;
    }

    private static bool MayRefer(JsonArray? parts) =>
        parts is not null && parts.ToJsonString().Contains(AttachmentMark, StringComparison.Ordinal);
}

/// <summary>A message that was read, and its id in the service; a memory has none.</summary>
internal sealed record ReadMessage(Guid? Id, ChatMessage Message);
