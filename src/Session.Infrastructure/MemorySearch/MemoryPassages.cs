using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;
using SessionService.Application.Json;
using SessionService.Application.MemorySearch;
using SessionService.Infrastructure.Embeddings;
using SessionService.Infrastructure.Search;
using SessionService.Infrastructure.Writes;

namespace SessionService.Infrastructure.MemorySearch;

/// <summary>Memories change, and are few: what is stored of the words and the meaning of all of a user's is read for each question.</summary>
internal abstract class MemoryPassages(MessageIndexer indexer, IOptions<EmbeddingOptions> embeddings, IOptions<MemorySearchOptions> options) : IPassageSource
{
    // Of $4 to $8 something is given: what they choose must not be crowded out by what they do not.
    private const string WantedFirst = "is_wanted DESC, ";

    public abstract string Name { get; }

    /// <summary>
    /// Selects id, session, sequence, created_at, vector, words, the content where one of both is missing or of an older folding, model,
    /// model_vector and, as <c>is_wanted</c>, whether it may be an answer, for user $1, of at most $2, holding at $3; wanted by session $4, type $5, metadata $6, from $7, to $8.
    /// </summary>
    /// <param name="order">What comes before the order of creation.</param>
    protected abstract string Find(string order);

    /// <summary>Selects id, content, metadata, session and sequence, for user $1, by the ids of memories $2 and of their sessions $3.</summary>
    protected abstract string Read { get; }

    public async Task<OpenedSource> OpenAsync(
        NpgsqlConnection connection, MemoryQuestion question, AnalysedQuestion analysed, CancellationToken cancellationToken)
    {
        var memories = await FindAsync(connection, question, analysed, cancellationToken);
        var days = memories.ConvertAll(memory => MessageIndexer.DayOf(memory.CreatedAt));
        var texts = await indexer.AnalyzeAsync(memories.Select(memory => memory.Unread).OfType<string>().Concat(days), isForNow: true, connection, cancellationToken);
        var headings = days.Distinct(StringComparer.Ordinal).ToDictionary(
            day => day, day => MemoryWords.Find(MemoryWords.Pack(texts[day]), analysed.Sought), StringComparer.Ordinal);
        var builder = new SegmentBuilder();
        foreach (var (memory, day) in memories.Zip(days))
        {
            builder.Add(Describe(memory), memory.Words ?? texts[memory.Unread!], headings[day]);
        }

        var segment = new PassageSegment(IndexSegment.Read(Guid.Empty, builder.ToBytes()), Columns(memories));
        var wanted = memories.Where(memory => memory.IsWanted).Select(memory => memory.Id).ToHashSet();
        return new OpenedSource(
            [segment],
            message => wanted.Contains(message.MessageId),
            (messages, token) => ReadAsync(connection, question.UserId, messages, token));
    }

    private async Task<List<Memory>> FindAsync(
        NpgsqlConnection connection, MemoryQuestion question, AnalysedQuestion analysed, CancellationToken cancellationToken)
    {
#pragma warning disable CA2100 // One of four constant texts.
        await using var command = new NpgsqlCommand(Find(IsFiltered(question) ? WantedFirst : ""), connection)
#pragma warning restore CA2100
        {
            Parameters =
            {
                new NpgsqlParameter<string> { TypedValue = question.UserId },
                new NpgsqlParameter<int> { TypedValue = options.Value.MaxMemories },
                new NpgsqlParameter<DateTimeOffset?> { TypedValue = question.ValidAt },
                new NpgsqlParameter<Guid?> { TypedValue = question.SessionId },
                new NpgsqlParameter<string?> { TypedValue = question.MemoryType },
                new NpgsqlParameter<string?> { TypedValue = question.Metadata, NpgsqlDbType = NpgsqlDbType.Jsonb },
                new NpgsqlParameter<DateTimeOffset?> { TypedValue = question.CreatedAfter },
                new NpgsqlParameter<DateTimeOffset?> { TypedValue = question.CreatedBefore },
            },
        };
        await command.PrepareAsync(cancellationToken);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var memories = new List<Memory>();
        while (await reader.ReadAsync(cancellationToken))
        {
            memories.Add(new Memory(
                reader.GetGuid(0),
                reader.IsDBNull(1) ? Guid.Empty : reader.GetGuid(1),
                reader.IsDBNull(2) ? 0 : reader.GetInt64(2),
                reader.GetFieldValue<DateTimeOffset>(3),
                reader.IsDBNull(4) ? null : reader.GetFieldValue<byte[]>(4),
                reader.IsDBNull(5) ? null : MemoryWords.Find(reader.GetFieldValue<byte[]>(5), analysed.Sought),
                reader.IsDBNull(6) ? null : reader.GetString(6),
                reader.IsDBNull(7) ? null : reader.GetString(7),
                reader.IsDBNull(8) ? null : reader.GetFieldValue<byte[]>(8),
                reader.GetBoolean(9)));
        }

        return memories;
    }

    private async Task<IReadOnlyDictionary<Guid, PassageText>> ReadAsync(
        NpgsqlConnection connection, string userId, IReadOnlyList<IndexedMessage> memories, CancellationToken cancellationToken)
    {
#pragma warning disable CA2100 // One of two constant texts.
        await using var command = new NpgsqlCommand(Read, connection)
#pragma warning restore CA2100
        {
            Parameters =
            {
                new NpgsqlParameter<string> { TypedValue = userId },
                ArrayParameter.Of(memories, memory => memory.MessageId, NpgsqlDbType.Uuid),
                ArrayParameter.Of(memories, memory => memory.SessionId, NpgsqlDbType.Uuid),
            },
        };
        await command.PrepareAsync(cancellationToken);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var texts = new Dictionary<Guid, PassageText>();
        while (await reader.ReadAsync(cancellationToken))
        {
            texts.Add(
                reader.GetGuid(0),
                new PassageText(
                    reader.GetString(1),
                    new JsonText(reader.GetString(2)),
                    reader.IsDBNull(3) ? null : reader.GetGuid(3),
                    reader.IsDBNull(4) ? null : reader.GetInt64(4)));
        }

        return texts;
    }

    private Dictionary<string, VectorColumn> Columns(List<Memory> memories)
    {
        var dimensions = StaticEmbedding.Shipped.Dimensions;
        var columns = new Dictionary<string, VectorColumn>(StringComparer.Ordinal)
        {
            [EmbeddedModel.Name] = Column(memories, dimensions, memory =>
                memory.Vector ?? PackedVector.Pack(StaticEmbedding.Shipped.Embed(memory.Unread!))),
        };
        foreach (var model in embeddings.Value.UsableModels)
        {
            columns.Add(model.Key, Column(memories, model.Dimensions, memory => memory.Model == model.Key ? memory.ModelVector : null));
        }

        return columns;
    }

    private static VectorColumn Column(List<Memory> memories, int dimensions, Func<Memory, byte[]?> vectorOf)
    {
        var packed = new byte[memories.Count * dimensions];
        HashSet<int>? missing = null;
        for (var i = 0; i < memories.Count; i++)
        {
            if (vectorOf(memories[i]) is { } vector && vector.Length == dimensions)
            {
                vector.CopyTo(packed, i * dimensions);
            }
            else
            {
                (missing ??= []).Add(i);
            }
        }

        return new VectorColumn(packed, dimensions, missing);
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
        HeadingLength: 0);

    /// <param name="Id">The memory's id.</param>
    /// <param name="SessionId">The session; empty where there is none.</param>
    /// <param name="Sequence">The message; 0 where there is none.</param>
    /// <param name="CreatedAt">When it was created.</param>
    /// <param name="Vector">By the embedded model.</param>
    /// <param name="Words">Of its words those that are asked for.</param>
    /// <param name="Unread">Its content, where vector or words are not stored, or the words by an older folding.</param>
    /// <param name="Model">Another model, if there is a vector by one.</param>
    /// <param name="ModelVector">The vector by that model.</param>
    /// <param name="IsWanted">Whether it may be an answer.</param>
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
        bool IsWanted);
}

/// <summary>The memories of a user, those that still hold.</summary>
internal sealed class UserMemoryPassages(MessageIndexer indexer, IOptions<EmbeddingOptions> embeddings, IOptions<MemorySearchOptions> options)
    : MemoryPassages(indexer, embeddings, options)
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
                   AND ($8::timestamptz IS NULL OR m.created_at < $8), false) AS is_wanted
        FROM dev.user_memories AS m
        WHERE m.user_id = $1 AND ($3::timestamptz IS NULL OR m.valid_until IS NULL OR m.valid_until > $3)
        ORDER BY {order}m.created_at DESC, m.memory_id DESC
        LIMIT $2
        """;
}

/// <summary>The memories of a user's sessions.</summary>
internal sealed class SessionMemoryPassages(MessageIndexer indexer, IOptions<EmbeddingOptions> embeddings, IOptions<MemorySearchOptions> options)
    : MemoryPassages(indexer, embeddings, options)
{
    public override string Name => MemorySources.SessionMemories;

    protected override string Read =>
        """
        SELECT m.id, m.conversation_summary, m.session_metadata, m.session_id, NULL::bigint
        FROM dev.session_memories AS m
        WHERE m.user_id = $1 AND m.session_id = ANY ($3) AND m.id = ANY ($2) AND m.is_active
        """;

    // They hold for as long as they are there.
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
               AND ($8::timestamptz IS NULL OR m.created_at < $8) AS is_wanted
        FROM dev.session_memories AS m
        WHERE m.user_id = $1 AND m.is_active AND ($3::timestamptz IS NULL OR true)
        ORDER BY {order}m.created_at DESC, m.session_id DESC
        LIMIT $2
        """;
}
