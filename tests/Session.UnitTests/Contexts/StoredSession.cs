using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Options;
using SessionService.Api.Json;
using SessionService.Application.Attachments;
using SessionService.Application.Branches;
using SessionService.Application.Contexts;
using SessionService.Application.Contexts.Tokens;
using SessionService.Application.Idempotency;
using SessionService.Application.Json;
using SessionService.Application.Limits;
using SessionService.Application.Memories;
using SessionService.Application.Messages;
using SessionService.Application.Messages.Parts;
using SessionService.Domain.Attachments;
using SessionService.Domain.Memories;
using SessionService.Domain.Messages;

namespace SessionService.UnitTests.Contexts;

/// <summary>A session in memory, and its contexts.</summary>
internal sealed class StoredSession : IMessageReader, IMemoryStore, IMessageTokens, IAttachmentStore
{
    private static readonly JsonSerializerOptions Json = ServiceJson.NewOptions();

    // A batch and a tool_call_id wrap what is as deep as it may be.
    private static readonly JsonSerializerOptions Deep = new(Json) { MaxDepth = 4 * JsonLimits.MaxDepth };

    private readonly List<MessageRow> _rows = [];

    public string Tokenizer { get; init; } = TokenCounter.O200kBase;

    public string? Memory { get; set; }

    /// <summary>The attachments' bytes and types.</summary>
    public Dictionary<Guid, (byte[] Bytes, string MediaType)> Attachments { get; } = [];

    public Dictionary<long, int> Counts { get; } = [];

    /// <summary>Adds a message as a request writes one.</summary>
    public StoredSession Add(string json, bool isRedacted = false)
    {
        var given = JsonSerializer.Deserialize<CreateMessageRequest>(json, Deep)!;
        var parts = GivenMessage.PartsOf(given);
        var read = parts is null ? null : MessageParts.Read(parts);
        _rows.Add(new MessageRow
        {
            MessageId = Guid.CreateVersion7(),
            Sequence = _rows.Count + 1,
            Role = Utf8(given.Role!),
            Content = Utf8(isRedacted ? "" : read?.Text ?? given.Content?.Text ?? ""),
            MessageType = Utf8(given.MessageType ?? read?.MessageType ?? MessageTypes.Chat),
            Metadata = Utf8(isRedacted ? "{}" : given.Metadata?.Value ?? "{}"),
            Parts = isRedacted || parts is null ? default : Utf8(parts),
            Name = given.Name is null ? default : Utf8(given.Name),
            Status = given.Status is null or MessageStatuses.Completed ? default : Utf8(given.Status),
            TokensUsed = given.TokensUsed ?? 0,
            CostUsd = 0,
            CreatedAt = DateTime.UnixEpoch,
            RedactedAt = isRedacted ? DateTime.UnixEpoch : null,
        });
        return this;
    }

    public async Task<JsonElement> ContextAsync(
        string format,
        int maxTokens = 100_000,
        bool keepsSystem = false,
        bool hasReasoning = false,
        bool isInline = false,
        CancellationToken cancellationToken = default)
    {
        var options = Options.Create(new ContextOptions { Tokenizer = Tokenizer });
        var attachmentOptions = Options.Create(new AttachmentOptions());
        var attachments = new AttachmentsService(this, attachmentOptions, TimeProvider.System);
        var contexts = new ContextsService(
            this, this, new BranchesService(NoBranches.Instance, null!, TimeProvider.System), this, new TokenCounter(options), options, attachments, new MessageFiles(attachments, attachmentOptions, Options.Create(new LimitOptions())));
        var query = new GetContextQuery
        {
            Format = format,
            MaxTokens = maxTokens,
            Keep = keepsSystem ? "system" : null,
            Reasoning = hasReasoning ? "include" : null,
            Attachments = isInline ? "inline" : null,
        };
        var json = JsonSerializer.SerializeToUtf8Bytes(await contexts.GetAsync("ada", Guid.Empty, query, cancellationToken), Json);
        using var context = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 4 * JsonLimits.MaxDepth });
        return context.RootElement.Clone();
    }

    public Task<MessagePortion?> ReadAsync(string userId, Guid sessionId, MessageSelection selection, CancellationToken cancellationToken)
    {
        var rows = _rows.Where(row => row.Sequence > selection.After && row.Sequence < selection.Before);
        var portion = new MessagePortion(selection.Take) { IsLast = true, Path = MessagePath.Whole, Total = _rows.Count };
        foreach (var row in (selection.Order == MessageOrder.OldestFirst ? rows : rows.Reverse()).Take(selection.Take))
        {
            portion.Add(row);
        }

        return Task.FromResult<MessagePortion?>(portion);
    }

    public Task<SessionWithMemory?> FindAsync(string userId, Guid sessionId, CancellationToken cancellationToken) =>
        Task.FromResult<SessionWithMemory?>(new SessionWithMemory(Memory is null ? null : NewMemory(Memory), _rows.Count));

    Task<IReadOnlyDictionary<long, int>> IMessageTokens.ReadAsync(
        string userId, Guid sessionId, long first, long last, string tokenizer, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyDictionary<long, int>>(Counts);

    Task<StoredAttachment?> IAttachmentStore.FindAsync(string userId, Guid attachmentId, CancellationToken cancellationToken) =>
        Task.FromResult(!Attachments.TryGetValue(attachmentId, out var found) ? null : new StoredAttachment
        {
            UserId = userId,
            AttachmentId = attachmentId,
            Sha256 = [],
            Size = found.Bytes.Length,
            MediaType = found.MediaType,
        });

    public Task<Stream> OpenAsync(StoredAttachment attachment, long from, long length, CancellationToken cancellationToken) =>
        Task.FromResult<Stream>(new MemoryStream(Attachments[attachment.AttachmentId].Bytes));

    public Task<IReadOnlySet<Guid>> FindAndKeepAsync(
        string userId, Guid[] attachmentIds, DateTimeOffset now, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<AddedAttachment> AddAsync(
        StoredAttachment attachment, Stream content, long quota, DateTimeOffset now, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task AddAllAsync(
        string userId,
        IReadOnlyCollection<(StoredAttachment Attachment, Func<Stream> Open)> added,
        long quota,
        DateTimeOffset now,
        CancellationToken cancellationToken) => throw new NotSupportedException();

    public IAsyncEnumerable<StoredAttachment> ReadUsedAsync(string userId, Guid sessionId, long messages, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task<IReadOnlyList<SessionMessage>> FindAsync(
        string userId, IReadOnlyCollection<MessagePosition> positions, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task<WriteMemoryResult> WriteAsync(SessionMemory memory, IdempotencyKey? key, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task<bool> ImportAsync(SessionMemory memory, DateTimeOffset now, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    private static SessionMemory NewMemory(string content) => new()
    {
        UserId = "ada",
        SessionId = Guid.Empty,
        MemoryId = Guid.Empty,
        MemoryType = "conversation",
        Content = content,
        Metadata = "{}",
        UserPreferences = "{}",
        OngoingTasks = "[]",
        CreatedAt = DateTimeOffset.UnixEpoch,
        UpdatedAt = DateTimeOffset.UnixEpoch,
    };

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);
}
