using Microsoft.Extensions.Options;
using SessionService.Application.Json;
using SessionService.Application.Memories;
using SessionService.Application.Messages;
using SessionService.Domain.Errors;
using SessionService.Domain.Memories;
using SessionService.Domain.Sessions;

namespace SessionService.Application.Contexts;

/// <summary>Chooses the part of a session to send to a model next.</summary>
public sealed class ContextsService(IMessageReader messages, IMemoryStore memories, IOptions<ContextOptions> options)
{
    /// <exception cref="NotFoundException">The user has no such session.</exception>
    public async Task<ContextResponse> GetAsync(string userId, Guid sessionId, GetContextQuery query, CancellationToken cancellationToken)
    {
        var found = await memories.FindAsync(userId, sessionId, cancellationToken) ?? throw SessionErrors.NotFound();
        var maxTokens = query.MaxTokens ?? GetContextQuery.DefaultMaxTokens;
        var selection = new ContextSelection(messages, userId, sessionId, query.IsForChat);
        var start = query.KeepsSystem ? await selection.ReadSystemAsync(maxTokens / 2, cancellationToken) : [];
        var left = maxTokens - start.Sum(message => message.Tokens);

        // What the messages leave is the memory's too, so a large memory is whole where the session is short.
        var memoryTokens = found.Memory is null ? 0 : ContextCandidate.Estimate(found.Memory.Content);
        var reserved = Math.Min(memoryTokens, (int)(left * options.Value.MemoryShare));
        var after = start.Count == 0 ? 0 : start[^1].Sequence;
        var (recent, last) = await selection.ChooseRecentAsync(after, left - reserved, cancellationToken);
        var memory = found.Memory is null ? null : ToMemory(found.Memory, memoryTokens, left - recent.Sum(message => message.Tokens));
        ContextCandidate[] chosen = [.. start, .. recent];
        return new ContextResponse
        {
            SessionId = sessionId,
            Format = query.IsForChat ? "openai" : "session",
            MaxTokens = maxTokens,
            Tokens = (memory?.Tokens ?? 0) + chosen.Sum(message => message.Tokens),
            EstimatedTokens = (memory?.Tokens ?? 0) + chosen.Where(message => message.IsEstimated).Sum(message => message.Tokens),
            Memory = query.IsForChat ? null : memory,
            Messages = query.IsForChat ? ChatCompletion.From(start, memory?.Content, recent) : [.. chosen.Select(ToMessage)],
            IncludedFromSequence = recent.Count == 0 ? null : recent[0].Sequence,
            OmittedMessages = last - chosen.Length,
        };
    }

    private static ContextMemory? ToMemory(SessionMemory memory, int tokens, int maxTokens)
    {
        Excerpt? text = tokens <= maxTokens ? new Excerpt(memory.Content, tokens, 0) : Excerpt.Of(memory.Content, tokens, maxTokens);
        return text is not { } given ? null : new ContextMemory
        {
            MemoryId = memory.MemoryId,
            MemoryType = memory.MemoryType,
            Content = given.Content,
            Tokens = given.Tokens,
            OmittedTokens = given.OmittedTokens == 0 ? null : given.OmittedTokens,
        };
    }

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
        OmittedTokens = message.OmittedTokens,
        CreatedAt = message.CreatedAt,
    };
}
