using Microsoft.Extensions.Options;
using NpgsqlTypes;
using SessionService.Application.Json;
using SessionService.Application.MemorySearch;
using SessionService.Application.MemorySearch.Ranking;
using SessionService.Infrastructure.Embeddings;
using SessionService.Infrastructure.Persistence;
using SessionService.Infrastructure.Search;

namespace SessionService.Infrastructure.MemorySearch;

/// <summary>
/// Memories as passages. They change, and a user has few: each question reads the stored words and vectors of all of them.
/// </summary>
/// <remarks>
/// The statements are by hand: a question takes only those of a memory's words that it asks for, while the row is read, and filters choose
/// the order of the rows and not the rows.
/// </remarks>
internal abstract class MemoryPassages(MessageIndexer indexer, EmbeddingModels models, IOptions<MemorySearchOptions> options)
    : IPassageSource
{
    // A filter of $4 to $8 is given: the memories that it chooses come first, so that no other takes their place.
    private const string WantedFirst = "is_wanted DESC, ";

    public abstract string Name { get; }

    /// <summary>
    /// Selects at most $2 memories of user $1 that hold at $3: id, session, sequence, created_at, vector, words of the current folding, the
    /// content where the vector or such words are missing, model, model_vector, as <c>is_wanted</c> whether session $4, type $5,
    /// metadata $6 and the times $7 to $8 choose it, and the type.
    /// </summary>
    /// <param name="order">The sort keys before the time of creation.</param>
    protected abstract string Find(string order);

    /// <summary>Selects id, content, metadata, session and sequence of memories of user $1, by their ids $2 and sessions $3.</summary>
    protected abstract string Read { get; }

    public async Task<OpenedSource> OpenAsync(
        Sql sql, MemoryQuestion question, AnalysedQuestion analysed, CancellationToken cancellationToken)
    {
        var memories = await FindAsync(sql, question, analysed, cancellationToken);
        var days = memories.ConvertAll(memory => MessageIndexer.DayOf(memory.CreatedAt));
        var unread = memories.Select(memory => memory.Unread).OfType<string>();
        var texts = await indexer.AnalyzeAsync(unread.Concat(days), isForNow: true, sql, cancellationToken);
        var headings = days.Distinct(StringComparer.Ordinal).ToDictionary(
            day => day, day => MemoryWords.Find(MemoryWords.Pack(texts[day]), analysed.Sought), StringComparer.Ordinal);
        var builder = new IndexSegmentBuilder();
        foreach (var (memory, day) in memories.Zip(days))
        {
            builder.Add(Describe(memory), memory.Words ?? texts[memory.Unread!], headings[day], AnalyzedText.Empty);
        }

        var passages = new PassageSet(IndexSegment.Read(Guid.Empty, builder.ToBytes()), Columns(memories));
        var wanted = memories.Where(memory => memory.IsWanted).Select(memory => memory.Id).ToHashSet();
        return new OpenedSource(
            [passages],
            message => wanted.Contains(message.MessageId),
            (messages, token) => ReadAsync(sql, question.UserId, messages, token));
    }

    private Task<List<Memory>> FindAsync(
        Sql sql, MemoryQuestion question, AnalysedQuestion analysed, CancellationToken cancellationToken) =>
        sql
            .Statement(
                Find(IsFiltered(question) ? WantedFirst : ""),
                question.UserId,
                options.Value.MaxMemories,
                question.ValidAt,
                question.SessionId,
                question.MemoryType,
                SqlValue.Json(question.Metadata),
                question.CreatedAfter,
                question.CreatedBefore)
            .ListAsync(
                row => new Memory(
                    row.GetGuid(0),
                    row.IsDBNull(1) ? Guid.Empty : row.GetGuid(1),
                    row.IsDBNull(2) ? 0 : row.GetInt64(2),
                    row.GetFieldValue<DateTimeOffset>(3),
                    row.IsDBNull(4) ? null : row.GetFieldValue<byte[]>(4),
                    row.IsDBNull(5) ? null : MemoryWords.Find(row.GetFieldValue<byte[]>(5), analysed.Sought),
                    row.IsDBNull(6) ? null : row.GetString(6),
                    row.IsDBNull(7) ? null : row.GetString(7),
                    row.IsDBNull(8) ? null : row.GetFieldValue<byte[]>(8),
                    row.GetBoolean(9),
                    row.GetString(10)),
                cancellationToken);

    private async Task<IReadOnlyDictionary<Guid, PassageText>> ReadAsync(
        Sql sql, string userId, IReadOnlyList<IndexedMessage> memories, CancellationToken cancellationToken)
    {
        var texts = await sql
            .Statement(
                Read,
                userId,
                SqlValue.Column(memories, memory => memory.MessageId, NpgsqlDbType.Uuid),
                SqlValue.Column(memories, memory => memory.SessionId, NpgsqlDbType.Uuid))
            .ListAsync(
                row => (
                    Id: row.GetGuid(0),
                    Text: new PassageText(
                        row.GetString(1),
                        new JsonText(row.GetString(2)),
                        row.IsDBNull(3) ? null : row.GetGuid(3),
                        row.IsDBNull(4) ? null : row.GetInt64(4))),
                cancellationToken);
        return texts.ToDictionary(text => text.Id, text => text.Text);
    }

    private Dictionary<string, VectorColumn> Columns(List<Memory> memories)
    {
        var columns = new Dictionary<string, VectorColumn>(StringComparer.Ordinal)
        {
            [EmbeddingModel.OfWords.Key] = Column(memories, EmbeddingModel.OfWords, memory =>
                memory.Vector ?? PackedVector.Pack(StaticEmbedding.Shipped.Embed(memory.Unread!))),
        };
        foreach (var model in models.Usable)
        {
            columns.Add(model.Key, Column(memories, model, memory => memory.Model == model.Key ? memory.ModelVector : null));
        }

        return columns;
    }

    private static VectorColumn Column(List<Memory> memories, EmbeddingModel model, Func<Memory, byte[]?> vectorOf)
    {
        var packed = new byte[memories.Count * model.Dimensions];
        HashSet<int>? missing = null;
        for (var i = 0; i < memories.Count; i++)
        {
            if (vectorOf(memories[i]) is { } vector && vector.Length == model.Dimensions)
            {
                vector.CopyTo(packed, i * model.Dimensions);
            }
            else
            {
                (missing ??= []).Add(i);
            }
        }

        return new VectorColumn(packed, model, missing);
    }

    private static bool IsFiltered(MemoryQuestion question) =>
        question is not { SessionId: null, MemoryType: null, Metadata: null, CreatedAfter: null, CreatedBefore: null };

    private static IndexedMessage Describe(Memory memory) => new(
        memory.SessionId,
        memory.Sequence,
        memory.Id,
        Role: "",
        MessageType: "",
        IndexedMessage.ToMicroseconds(memory.CreatedAt),
        Length: 0,
        HeadingLength: 0,
        MessageTraits.OfMemory(memory.Type));

    /// <param name="Id">The memory's id.</param>
    /// <param name="SessionId">The session; empty where there is none.</param>
    /// <param name="Sequence">The message; 0 where there is none.</param>
    /// <param name="CreatedAt">When it was created.</param>
    /// <param name="Vector">The vector by the embedded model, if it is stored.</param>
    /// <param name="Words">Those of its words that the question asks for, if words of the current folding are stored.</param>
    /// <param name="Unread">The content, where the vector or words of the current folding are not stored.</param>
    /// <param name="Model">Another model, if there is a vector by one.</param>
    /// <param name="ModelVector">The vector by that model.</param>
    /// <param name="IsWanted">Whether it may be an answer.</param>
    /// <param name="Type">Its type.</param>
    private sealed record Memory(
        Guid Id,
        Guid SessionId,
        long Sequence,
        DateTimeOffset CreatedAt,
        byte[]? Vector,
        AnalyzedText? Words,
        string? Unread,
        string? Model,
        byte[]? ModelVector,
        bool IsWanted,
        string Type);
}

/// <summary>The memories of a user that are still valid.</summary>
internal sealed class UserMemoryPassages(
    MessageIndexer indexer, EmbeddingModels models, IOptions<MemorySearchOptions> options)
    : MemoryPassages(indexer, models, options)
{
    public override string Name => MemorySources.Memories;

    protected override string Read =>
        """
        SELECT m.memory_id, m.content, m.metadata, m.session_id, m.sequence
        FROM dev.user_memories AS m
        WHERE m.user_id = $1 AND m.memory_id = ANY ($2) AND $3::uuid[] IS NOT NULL
        """;

    protected override string Find(string order) =>
        $"""
        SELECT m.memory_id, m.session_id, m.sequence, m.created_at, m.vector,
               CASE WHEN {MemoryWords.AreCurrent("m.words")} THEN m.words END,
               CASE WHEN m.vector IS NULL OR NOT {MemoryWords.AreCurrent("m.words")} THEN m.content END, m.model, m.model_vector,
               coalesce(($4::uuid IS NULL OR m.session_id = $4)
                   AND ($5::text IS NULL OR m.memory_type = $5)
                   AND ($6::jsonb IS NULL OR m.metadata @> $6)
                   AND ($7::timestamptz IS NULL OR m.created_at >= $7)
                   AND ($8::timestamptz IS NULL OR m.created_at < $8), false) AS is_wanted,
               m.memory_type
        FROM dev.user_memories AS m
        WHERE m.user_id = $1 AND ($3::timestamptz IS NULL OR m.valid_until IS NULL OR m.valid_until > $3)
        ORDER BY {order}m.created_at DESC, m.memory_id DESC
        LIMIT $2
        """;
}

/// <summary>The memories of a user's sessions.</summary>
internal sealed class SessionMemoryPassages(
    MessageIndexer indexer, EmbeddingModels models, IOptions<MemorySearchOptions> options)
    : MemoryPassages(indexer, models, options)
{
    public override string Name => MemorySources.SessionMemories;

    protected override string Read =>
        """
        SELECT m.id, m.conversation_summary, m.session_metadata, m.session_id, NULL::bigint
        FROM dev.session_memories AS m
        WHERE m.user_id = $1 AND m.session_id = ANY ($3) AND m.id = ANY ($2) AND m.is_active
        """;

    // Memories of sessions are valid for as long as they exist.
    protected override string Find(string order) =>
        $"""
        SELECT m.id, m.session_id, NULL::bigint, m.created_at, m.vector,
               CASE WHEN {MemoryWords.AreCurrent("m.words")} THEN m.words END,
               CASE WHEN m.vector IS NULL OR NOT {MemoryWords.AreCurrent("m.words")} THEN m.conversation_summary END,
               m.model, m.model_vector,
               ($4::uuid IS NULL OR m.session_id = $4)
               AND ($5::text IS NULL OR m.memory_type = $5)
               AND ($6::jsonb IS NULL OR m.session_metadata @> $6)
               AND ($7::timestamptz IS NULL OR m.created_at >= $7)
               AND ($8::timestamptz IS NULL OR m.created_at < $8) AS is_wanted,
               m.memory_type
        FROM dev.session_memories AS m
        WHERE m.user_id = $1 AND m.is_active AND ($3::timestamptz IS NULL OR true)
        ORDER BY {order}m.created_at DESC, m.session_id DESC
        LIMIT $2
        """;
}
