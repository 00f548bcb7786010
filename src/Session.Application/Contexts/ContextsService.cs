using Microsoft.Extensions.Options;
using SessionService.Application.Attachments;
using SessionService.Application.Branches;
using SessionService.Application.Contexts.Formats;
using SessionService.Application.Contexts.Tokens;
using SessionService.Application.Json;
using SessionService.Application.Memories;
using SessionService.Application.Messages;
using SessionService.Domain.Errors;
using SessionService.Domain.Memories;
using SessionService.Domain.Sessions;

namespace SessionService.Application.Contexts;

/// <summary>Chooses the part of a session to send to a model next.</summary>
public sealed class ContextsService(
    IMessageReader messages,
    IMemoryStore memories,
    BranchesService branches,
    IMessageTokens tokens,
    TokenCounter counter,
    IOptions<ContextOptions> options,
    AttachmentsService attachments,
    MessageFiles files)
{
    /// <exception cref="NotFoundException">The user has no such session.</exception>
    public async Task<ContextResponse> GetAsync(string userId, Guid sessionId, GetContextQuery query, CancellationToken cancellationToken)
    {
        var found = await memories.FindAsync(userId, sessionId, cancellationToken) ?? throw SessionErrors.NotFound();
        var maxTokens = query.MaxTokens ?? GetContextQuery.DefaultMaxTokens;
        var reading = query.Reading;
        var path = await branches.ChooseAsync(userId, sessionId, query.Branch, cancellationToken);
        var selection = new ContextSelection(messages, tokens, counter, userId, sessionId, path, reading);
        var start = query.KeepsSystem ? await selection.ReadSystemAsync(maxTokens / 2, cancellationToken) : [];
        var left = maxTokens - start.Sum(message => message.Tokens);

        // What the messages leave is the memory's too, so a large memory is whole where the session is short.
        var memoryTokens = found.Memory is null ? 0 : counter.Count(found.Memory.Content);
        var reserved = Math.Min(memoryTokens, (int)(left * options.Value.MemoryShare));
        var after = start.Count == 0 ? 0 : start[^1].Sequence;
        var recent = await selection.ChooseRecentAsync(after, left - reserved, cancellationToken);
        var memory = found.Memory is null ? null : ToMemory(found.Memory, memoryTokens, left - recent.Sum(message => message.Tokens));
        ContextCandidate[] chosen = [.. start, .. recent];
        var format = query.Format ?? GetContextQuery.SessionFormat;
        var told = reading.IsForModel
            ? await TellAsync(format, reading, userId, start, memory?.Content, recent, cancellationToken)
            : new Told { Messages = await ListAsync(userId, chosen, reading, cancellationToken) };
        return new ContextResponse
        {
            SessionId = sessionId,
            Format = format,
            MaxTokens = maxTokens,
            Tokens = (memory?.Tokens ?? 0) + chosen.Sum(message => message.Tokens),
            EstimatedTokens = (memory?.Tokens ?? 0) + chosen.Where(message => message.IsEstimated).Sum(message => message.Tokens),
            Memory = reading.IsForModel ? null : memory,
            System = told.System,
            Messages = told.Messages,
            Input = told.Input,
            IncludedFromSequence = recent.Count == 0 ? null : recent[0].Sequence,
            OmittedMessages = selection.Total - chosen.Length,
        };
    }

    /// <summary>The messages as they are stored. Of files that are to be base64 again the newest are, as long as there is room.</summary>
    private async Task<IReadOnlyList<ContextMessage>> ListAsync(
        string userId, ContextCandidate[] chosen, ContextReading reading, CancellationToken cancellationToken)
    {
        var listed = new ContextMessage[chosen.Length];
        var restored = reading.IsInline ? files.ForAnswer(userId) : null;
        for (var i = chosen.Length - 1; i >= 0; i--)
        {
            var parts = SessionFormat.PartsOf(chosen[i], reading.HasReasoning);
            if (restored is not null && parts is not null)
            {
                parts = new JsonText(await restored.IntoAsync(parts.Value, cancellationToken));
            }

            listed[i] = SessionFormat.Write(chosen[i], parts);
        }

        return listed;
    }

    private async Task<Told> TellAsync(
        string format,
        ContextReading reading,
        string userId,
        IReadOnlyList<ContextCandidate> start,
        string? memory,
        IReadOnlyList<ContextCandidate> recent,
        CancellationToken cancellationToken)
    {
        switch (format)
        {
            case GetContextQuery.ResponsesFormat:
                var turns = TurnsOf(reading.HasReasoning, new CallIds(ResponsesFormat.MaxIdLength, isPlain: false));
                return new Told { Input = ResponsesFormat.Write(turns, await MediaOf(turns, ResponsesFormat.Taken)) };

            case GetContextQuery.AnthropicFormat:
                turns = TurnsOf(reading.HasReasoning, new CallIds(AnthropicFormat.MaxIdLength, isPlain: true));
                var (system, said) = AnthropicFormat.Write(turns, await MediaOf(turns, AnthropicFormat.Taken));
                return new Told { System = system, Messages = said };

            default:
                // Chat completions take no reasoning.
                turns = TurnsOf(hasReasoning: false, new CallIds(ChatFormat.MaxIdLength, isPlain: false));
                return new Told { Messages = ChatFormat.Write(turns, await MediaOf(turns, ChatFormat.Taken)) };
        }

        IReadOnlyList<ContextTurn> TurnsOf(bool hasReasoning, CallIds ids) => ContextTurns.Of(start, memory, recent, hasReasoning, ids);

        Task<GivenMedia> MediaOf(IReadOnlyList<ContextTurn> told, TakenMedia taken) =>
            GivenMedia.ReadAsync(reading.IsInline ? attachments : null, userId, told, taken, cancellationToken);
    }

    private ContextMemory? ToMemory(SessionMemory memory, int memoryTokens, int maxTokens)
    {
        Excerpt? text = memoryTokens <= maxTokens
            ? new Excerpt(memory.Content, memoryTokens, 0)
            : Excerpt.Of(memory.Content, memoryTokens, maxTokens, counter);
        return text is not { } given ? null : new ContextMemory
        {
            MemoryId = memory.MemoryId,
            MemoryType = memory.MemoryType,
            Content = given.Content,
            Tokens = given.Tokens,
            OmittedTokens = given.OmittedTokens == 0 ? null : given.OmittedTokens,
        };
    }

    /// <summary>The messages in the form of a format.</summary>
    private sealed class Told
    {
        public string? System { get; init; }

        public IReadOnlyList<ContextMessage> Messages { get; init; } = [];

        public IReadOnlyList<JsonText>? Input { get; init; }
    }
}
