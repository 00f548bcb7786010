using System.Runtime.CompilerServices;
using SessionService.Application.Json;
using SessionService.Application.Memories;
using SessionService.Application.Messages;
using SessionService.Domain.Errors;
using SessionService.Domain.Memories;
using SessionService.Domain.Sessions;

namespace SessionService.Application.Contexts;

/// <summary>Chooses the part of a session to send to a model next.</summary>
public sealed class ContextsService(IMessageReader messages, IMemoryStore memories)
{
    /// <summary>The most messages in an answer.</summary>
    public const int MaxMessages = 2_000;

    /// <summary>The most text in an answer, in UTF-16 code units.</summary>
    public const int MaxLength = 8 * 1024 * 1024;

    private const int ReadAtOnce = 50;

    // How many messages before those that fit are searched for the tool call of a result.
    private const int LookBack = 100;

    /// <exception cref="NotFoundException">The user has no such session.</exception>
    public async Task<ContextResponse> GetAsync(string userId, Guid sessionId, GetContextQuery query, CancellationToken cancellationToken)
    {
        var found = await memories.FindAsync(userId, sessionId, cancellationToken) ?? throw SessionErrors.NotFound();
        var maxTokens = query.MaxTokens ?? GetContextQuery.DefaultMaxTokens;
        var memory = ToMemory(found.Memory, maxTokens);
        var (fitting, total) = await ChooseAsync(userId, sessionId, maxTokens - (memory?.Tokens ?? 0), cancellationToken);
        return new ContextResponse
        {
            SessionId = sessionId,
            Format = query.IsForChat ? "openai" : "session",
            MaxTokens = maxTokens,
            Tokens = (memory?.Tokens ?? 0) + fitting.Sum(message => message.Tokens),
            EstimatedTokens = (memory?.Tokens ?? 0) + fitting.Where(message => message.IsEstimated).Sum(message => message.Tokens),
            Memory = query.IsForChat ? null : memory,
            Messages = query.IsForChat ? ChatCompletion.From(memory?.Content, fitting) : [.. fitting.Select(ToMessage)],
            IncludedFromSequence = fitting.Count == 0 ? null : fitting[0].Sequence,
            OmittedMessages = total - fitting.Count,
        };
    }

    /// <summary>The newest messages that fit, in time order, and how many the session has.</summary>
    private async Task<(IReadOnlyList<ContextCandidate> Fitting, long Total)> ChooseAsync(
        string userId, Guid sessionId, int maxTokens, CancellationToken cancellationToken)
    {
        // The messages from the newest back: those that fit, then, while a result lacks its call, some that do not fit.
        var read = new List<ContextCandidate>();
        var fitting = 0;
        var (tokens, length, isFull, lookedBack) = (0L, 0L, false, 0);
        await foreach (var row in ReadBackAsync(userId, sessionId, cancellationToken))
        {
            var message = ContextCandidate.From(row);
            isFull = isFull || tokens + message.Tokens > maxTokens || length + message.Content.Length > MaxLength || fitting == MaxMessages;
            if (!isFull)
            {
                read.Add(message);
                fitting++;
                tokens += message.Tokens;
                length += message.Content.Length + message.Metadata.Length;
                continue;
            }

            if (lookedBack == LookBack || !new ToolTurns(InTimeOrder(read)).LacksCalls)
            {
                // One more message, because calls that follow each other must stay together.
                read.Add(message);
                break;
            }

            read.Add(message);
            lookedBack++;
        }

        var all = InTimeOrder(read);
        var cut = new ToolTurns(all).CutAtOrAfter(all.Count - fitting);
        return (all[cut..], all.Count == 0 ? 0 : all[^1].Sequence);
    }

    private async IAsyncEnumerable<MessageRow> ReadBackAsync(
        string userId, Guid sessionId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var before = long.MaxValue;
        while (before > 1)
        {
            var selection = new MessageSelection { Order = MessageOrder.NewestFirst, Before = before, Take = ReadAtOnce };
            await using var rows = await messages.OpenAsync(userId, sessionId, selection, cancellationToken)
                ?? throw SessionErrors.NotFound();
            var wasBefore = before;
            await foreach (var row in rows.ReadAsync(cancellationToken))
            {
                before = row.Sequence;
                yield return row;
            }

            if (before == wasBefore)
            {
                yield break;
            }
        }
    }

    private static List<ContextCandidate> InTimeOrder(List<ContextCandidate> newestFirst) => [.. Enumerable.Reverse(newestFirst)];

    private static ContextMemory? ToMemory(SessionMemory? memory, int maxTokens) =>
        memory is null || ContextCandidate.Estimate(memory.Content) > maxTokens ? null : new ContextMemory
        {
            MemoryId = memory.MemoryId,
            MemoryType = memory.MemoryType,
            Content = memory.Content,
            Tokens = ContextCandidate.Estimate(memory.Content),
        };

    private static ContextMessage ToMessage(ContextCandidate message) => new()
    {
        MessageId = message.MessageId,
        Sequence = message.Sequence,
        Role = message.Role,
        Content = message.Content,
        MessageType = message.MessageType,
        Metadata = new JsonText(message.Metadata),
        Tokens = message.Tokens,
        IsEstimated = message.IsEstimated,
        CreatedAt = message.CreatedAt,
    };
}
