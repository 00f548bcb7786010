using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;
using SessionService.Application.Json;
using SessionService.Application.MemorySearch;
using SessionService.Infrastructure.Embeddings;
using SessionService.Infrastructure.Search;

namespace SessionService.Infrastructure.MemorySearch;

/// <summary>Memories change, and are few: those of a user are read and indexed for each question. The cache knows their words already.</summary>
internal abstract class MemoryPassages(MessageIndexer indexer, IOptions<EmbeddingOptions> embeddings, IOptions<MemorySearchOptions> options) : IPassageSource
{
    public abstract string Name { get; }

    /// <summary>
    /// Selects id, type, content, metadata, session, sequence, created_at, vector, model, model_vector and whether it is wanted, for
    /// user $1, of at most $2, holding at $3; wanted by session $4, type $5, metadata $6, from $7, to $8.
    /// </summary>
    protected abstract string Find { get; }

    public async Task<OpenedSource> OpenAsync(NpgsqlConnection connection, MemoryQuestion question, CancellationToken cancellationToken)
    {
        var memories = await ReadAsync(connection, question, cancellationToken);
        var headings = memories.ConvertAll(memory => MessageIndexer.DayOf(memory.CreatedAt));
        var words = await indexer.AnalyzeAsync([.. memories.Select(memory => memory.Text.Content), .. headings], isForNow: true, connection, cancellationToken);
        var builder = new SegmentBuilder();
        foreach (var (memory, heading) in memories.Zip(headings))
        {
            builder.Add(Describe(memory), words[memory.Text.Content], words[heading]);
        }

        var segment = new PassageSegment(IndexSegment.Read(Guid.Empty, builder.ToBytes()), Columns(memories));
        var wanted = memories.Where(memory => memory.IsWanted).Select(memory => memory.Id).ToHashSet();
        var texts = memories.ToDictionary(memory => memory.Id, memory => memory.Text);
        return new OpenedSource([segment], message => wanted.Contains(message.MessageId), (_, _) => Task.FromResult<IReadOnlyDictionary<Guid, PassageText>>(texts));
    }

    private async Task<List<Memory>> ReadAsync(NpgsqlConnection connection, MemoryQuestion question, CancellationToken cancellationToken)
    {
#pragma warning disable CA2100 // One of two constant texts.
        await using var command = new NpgsqlCommand(Find, connection)
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
                reader.GetString(1),
                new PassageText(
                    reader.GetString(2),
                    new JsonText(reader.GetString(3)),
                    reader.IsDBNull(4) ? null : reader.GetGuid(4),
                    reader.IsDBNull(5) ? null : reader.GetInt64(5)),
                reader.GetFieldValue<DateTimeOffset>(6),
                reader.IsDBNull(7) ? null : reader.GetFieldValue<byte[]>(7),
                reader.IsDBNull(8) ? null : reader.GetString(8),
                reader.IsDBNull(9) ? null : reader.GetFieldValue<byte[]>(9),
                reader.GetBoolean(10)));
        }

        return memories;
    }

    private Dictionary<string, VectorColumn> Columns(List<Memory> memories)
    {
        var dimensions = StaticEmbedding.Shipped.Dimensions;
        var columns = new Dictionary<string, VectorColumn>(StringComparer.Ordinal)
        {
            [EmbeddedModel.Name] = Column(memories, dimensions, memory =>
                memory.Vector ?? PackedVector.Pack(StaticEmbedding.Shipped.Embed(memory.Text.Content))),
        };
        foreach (var model in embeddings.Value.UsableModels)
        {
            columns.Add(model.Name, Column(memories, model.Dimensions, memory => memory.Model == model.Name ? memory.ModelVector : null));
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

    private static IndexedMessage Describe(Memory memory) => new(
        memory.Text.SessionId ?? Guid.Empty,
        memory.Text.Sequence ?? 0,
        memory.Id,
        Role: "",
        memory.MemoryType,
        IndexedMessage.ToMicroseconds(memory.CreatedAt),
        Length: 0,
        HeadingLength: 0);

    private sealed record Memory(
        Guid Id, string MemoryType, PassageText Text, DateTimeOffset CreatedAt, byte[]? Vector, string? Model, byte[]? ModelVector, bool IsWanted);
}

/// <summary>The memories of a user, those that still hold.</summary>
internal sealed class UserMemoryPassages(MessageIndexer indexer, IOptions<EmbeddingOptions> embeddings, IOptions<MemorySearchOptions> options)
    : MemoryPassages(indexer, embeddings, options)
{
    public override string Name => MemorySources.Memories;

    protected override string Find =>
        """
        SELECT m.memory_id, m.memory_type, m.content, m.metadata, m.session_id, m.sequence, m.created_at, m.vector, m.model, m.model_vector,
               coalesce(($4::uuid IS NULL OR m.session_id = $4)
                   AND ($5::text IS NULL OR m.memory_type = $5)
                   AND ($6::jsonb IS NULL OR m.metadata @> $6)
                   AND ($7::timestamptz IS NULL OR m.created_at >= $7)
                   AND ($8::timestamptz IS NULL OR m.created_at < $8), false)
        FROM dev.user_memories AS m
        WHERE m.user_id = $1 AND ($3::timestamptz IS NULL OR m.valid_until IS NULL OR m.valid_until > $3)
        ORDER BY m.created_at DESC, m.memory_id DESC
        LIMIT $2
        """;
}

/// <summary>The memories of a user's sessions.</summary>
internal sealed class SessionMemoryPassages(MessageIndexer indexer, IOptions<EmbeddingOptions> embeddings, IOptions<MemorySearchOptions> options)
    : MemoryPassages(indexer, embeddings, options)
{
    public override string Name => MemorySources.SessionMemories;

    // They hold for as long as they are there.
    protected override string Find =>
        """
        SELECT m.id, m.memory_type, m.conversation_summary, m.session_metadata, m.session_id, NULL::bigint, m.created_at, m.vector, m.model, m.model_vector,
               ($4::uuid IS NULL OR m.session_id = $4)
               AND ($5::text IS NULL OR m.memory_type = $5)
               AND ($6::jsonb IS NULL OR m.session_metadata @> $6)
               AND ($7::timestamptz IS NULL OR m.created_at >= $7)
               AND ($8::timestamptz IS NULL OR m.created_at < $8)
        FROM dev.session_memories AS m
        WHERE m.user_id = $1 AND m.is_active AND ($3::timestamptz IS NULL OR true)
        ORDER BY m.created_at DESC, m.session_id DESC
        LIMIT $2
        """;
}
