using System.Runtime.CompilerServices;
using Npgsql;
using SessionService.Application.Messages;
using SessionService.Infrastructure.Embeddings;
using SessionService.Infrastructure.Messages;
using SessionService.Infrastructure.Persistence.Tables;
using SessionService.Infrastructure.Search;

namespace SessionService.Infrastructure.MemorySearch;

/// <summary>
/// What is not embedded yet by the model that is set. It is walked along the keys, memories first, so that a look goes on where the one before
/// ended; behind the last key it begins anew.
/// </summary>
internal sealed class EmbeddingBacklog(EmbeddingModel model, int limit)
{
    private const string CountAll =
        """
        SELECT (SELECT coalesce(sum(v.message_count - CASE WHEN v.model = $1 THEN v.model_count ELSE 0 END), 0)::bigint FROM dev.message_vectors AS v)
             + (SELECT count(*) FROM dev.user_memories AS m WHERE m.model IS DISTINCT FROM $1)
             + (SELECT count(*) FROM dev.session_memories AS m WHERE m.is_active AND m.model IS DISTINCT FROM $1)
        """;

    private const string FindUserMemories =
        """
        SELECT m.user_id, m.memory_id, m.content, m.updated_at
        FROM dev.user_memories AS m
        WHERE m.model IS DISTINCT FROM $1 AND (m.user_id, m.memory_id) > ($3, $4)
        ORDER BY m.user_id, m.memory_id
        LIMIT $2
        """;

    private const string FindSessionMemories =
        """
        SELECT m.user_id, m.session_id, m.conversation_summary, m.updated_at
        FROM dev.session_memories AS m
        WHERE m.is_active AND m.model IS DISTINCT FROM $1 AND (m.user_id, m.session_id) > ($3, $4)
        ORDER BY m.user_id, m.session_id
        LIMIT $2
        """;

    // A block is taken in parts where it is larger than a batch.
    private const string FindBlocks =
        """
        SELECT v.user_id, v.session_id, v.block, v.message_count, CASE WHEN v.model = $1 THEN v.model_count ELSE 0 END
        FROM dev.message_vectors AS v
        WHERE (v.model IS DISTINCT FROM $1 OR v.model_count < v.message_count) AND (v.user_id, v.session_id, v.block) >= ($3, $4, $5)
        ORDER BY v.user_id, v.session_id, v.block
        LIMIT $2
        """;

    private const string LockBlock =
        """
        SELECT true
        FROM dev.message_vectors
        WHERE user_id = $1 AND session_id = $2 AND block = $3 AND CASE WHEN model = $4 THEN model_count ELSE 0 END = $5
        FOR UPDATE
        """;

    // What was there of another model goes with the first vectors of this one.
    private const string WriteBlock =
        """
        UPDATE dev.message_vectors
        SET model = $4, model_count = $5 + $6, model_vectors = CASE WHEN model = $4 THEN coalesce(model_vectors, '') ELSE '' END || $7
        WHERE user_id = $1 AND session_id = $2 AND block = $3
        """;

    // Of the content that was embedded, and no other.
    private const string WriteUserMemory =
        "UPDATE dev.user_memories SET model = $4, model_vector = $5 WHERE user_id = $1 AND memory_id = $2 AND updated_at = $3";

    private const string WriteSessionMemory =
        "UPDATE dev.session_memories SET model = $4, model_vector = $5 WHERE user_id = $1 AND session_id = $2 AND updated_at = $3";

    private (string UserId, Guid SessionId, int Block) _nextBlock = ("", Guid.Empty, 0);

    public async Task<long> CountAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(CountAll, connection) { Parameters = { new NpgsqlParameter<string> { TypedValue = model.Key } } };
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>Memories that wait, those of users and then those of sessions, at most as many as make a batch at a time.</summary>
    public async IAsyncEnumerable<IReadOnlyList<WaitingItem>> ReadMemoriesAsync(
        NpgsqlConnection connection, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var isOfUser in new[] { true, false })
        {
            var after = (UserId: "", Id: Guid.Empty);
            while (await FindMemoriesAsync(connection, isOfUser, after, cancellationToken) is { Count: > 0 } memories)
            {
                yield return memories;
                after = (memories[^1].UserId, memories[^1].Id);
            }
        }
    }

    /// <summary>The next messages that wait, at most as many as make a batch; none where the walk has come to its end.</summary>
    public async Task<IReadOnlyList<WaitingItem>> ReadMessagesAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var items = new List<WaitingItem>(limit);
        foreach (var block in await FindBlocksAsync(connection, cancellationToken))
        {
            var count = Math.Min(limit - items.Count, block.Waiting);
            if (count == 0)
            {
                break;
            }

            _nextBlock = (block.UserId, block.SessionId, block.Number);
            var texts = await ReadTextsAsync(connection, block, count, cancellationToken);
            items.AddRange(texts.Select(text => new WaitingItem(block.UserId, block.SessionId, text, block)));
        }

        if (items.Count == 0)
        {
            _nextBlock = ("", Guid.Empty, 0);
        }

        return items;
    }

    /// <summary>Stores the vectors of items that were read together.</summary>
    public async Task WriteAsync(
        NpgsqlConnection connection, IReadOnlyList<WaitingItem> items, IReadOnlyList<byte[]> vectors, CancellationToken cancellationToken)
    {
        foreach (var group in items.Zip(vectors).GroupBy(pair => pair.First.Block))
        {
            if (group.Key is { } block)
            {
                await WriteBlockAsync(connection, block, [.. group], cancellationToken);
                continue;
            }

            foreach (var (item, vector) in group)
            {
                await ExecuteAsync(
                    connection,
                    item.IsOfUser ? WriteUserMemory : WriteSessionMemory,
                    [
                        new NpgsqlParameter<string> { TypedValue = item.UserId },
                        new NpgsqlParameter<Guid> { TypedValue = item.Id },
                        new NpgsqlParameter<DateTimeOffset> { TypedValue = item.UpdatedAt },
                        new NpgsqlParameter<string> { TypedValue = model.Key },
                        new NpgsqlParameter<byte[]> { TypedValue = vector },
                    ],
                    cancellationToken);
            }
        }
    }

    private async Task<IReadOnlyList<WaitingItem>> FindMemoriesAsync(
        NpgsqlConnection connection, bool isOfUser, (string UserId, Guid Id) after, CancellationToken cancellationToken)
    {
#pragma warning disable CA2100 // One of two constant texts.
        await using var command = new NpgsqlCommand(isOfUser ? FindUserMemories : FindSessionMemories, connection)
#pragma warning restore CA2100
        {
            Parameters =
            {
                new NpgsqlParameter<string> { TypedValue = model.Key },
                new NpgsqlParameter<int> { TypedValue = limit },
                new NpgsqlParameter<string> { TypedValue = after.UserId },
                new NpgsqlParameter<Guid> { TypedValue = after.Id },
            },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var memories = new List<WaitingItem>();
        while (await reader.ReadAsync(cancellationToken))
        {
            memories.Add(new WaitingItem(
                reader.GetString(0), reader.GetGuid(1), WaitingItem.Cut(reader.GetString(2)), Block: null, reader.GetFieldValue<DateTimeOffset>(3), isOfUser));
        }

        return memories;
    }

    private async Task<IReadOnlyList<WaitingBlock>> FindBlocksAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(FindBlocks, connection)
        {
            Parameters =
            {
                new NpgsqlParameter<string> { TypedValue = model.Key },
                new NpgsqlParameter<int> { TypedValue = limit },
                new NpgsqlParameter<string> { TypedValue = _nextBlock.UserId },
                new NpgsqlParameter<Guid> { TypedValue = _nextBlock.SessionId },
                new NpgsqlParameter<int> { TypedValue = _nextBlock.Block },
            },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var blocks = new List<WaitingBlock>();
        while (await reader.ReadAsync(cancellationToken))
        {
            blocks.Add(new WaitingBlock(reader.GetString(0), reader.GetGuid(1), reader.GetInt32(2), reader.GetInt32(4), reader.GetInt32(3) - reader.GetInt32(4)));
        }

        return blocks;
    }

    /// <summary>What the next messages of a block say; nothing for one that is redacted, or not there any more.</summary>
    private static async Task<IReadOnlyList<string?>> ReadTextsAsync(
        NpgsqlConnection connection, WaitingBlock block, int count, CancellationToken cancellationToken)
    {
        var positions = Enumerable.Range(block.Done + 1, count)
            .Select(place => new MessagePosition(block.SessionId, ((long)block.Number * MessageVectors.Size) + place))
            .ToList();
        var messages = (await MessageReader.FindAsync(connection, block.UserId, positions, cancellationToken)).ToDictionary(message => message.Sequence);
        return positions.ConvertAll(position => messages.TryGetValue(position.Sequence, out var message) && message.Content.Length > 0
            ? WaitingItem.Cut(RankingText.Of(message))
            : null);
    }

    // A message that was redacted while the endpoint thought about it has no vector: the block is locked, which a redaction
    // writes last, and the messages are read once more.
    private async Task WriteBlockAsync(
        NpgsqlConnection connection, WaitingBlock block, IReadOnlyList<(WaitingItem Item, byte[] Vector)> embedded, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        NpgsqlParameter[] key =
        [
            new NpgsqlParameter<string> { TypedValue = block.UserId },
            new NpgsqlParameter<Guid> { TypedValue = block.SessionId },
            new NpgsqlParameter<int> { TypedValue = block.Number },
            new NpgsqlParameter<string> { TypedValue = model.Key },
            new NpgsqlParameter<int> { TypedValue = block.Done },
        ];
        await using (var command = new NpgsqlCommand(LockBlock, connection))
        {
            command.Parameters.AddRange(key);
            if (await command.ExecuteScalarAsync(cancellationToken) is not true)
            {
                return;
            }

            command.Parameters.Clear();
        }

        var texts = await ReadTextsAsync(connection, block, embedded.Count, cancellationToken);
        var vectors = embedded.Zip(texts, (one, text) => one.Item.Text == text ? one.Vector : new byte[model.Dimensions]);
        await ExecuteAsync(
            connection,
            WriteBlock,
            [
                .. key,
                new NpgsqlParameter<int> { TypedValue = embedded.Count },
                new NpgsqlParameter<byte[]> { TypedValue = [.. vectors.SelectMany(vector => vector)] },
            ],
            cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, NpgsqlParameter[] parameters, CancellationToken cancellationToken)
    {
#pragma warning disable CA2100 // One of three constant texts.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        command.Parameters.AddRange(parameters);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}

/// <summary>A text that is to be embedded.</summary>
/// <param name="UserId">Whose it is.</param>
/// <param name="Id">Of a memory of a user its id, else the session.</param>
/// <param name="Text">The text; <see langword="null"/> where there is none, and its vector is to be of length 0.</param>
/// <param name="Block">Of a message its block; <see langword="null"/> for memories.</param>
/// <param name="UpdatedAt">Of a memory its version.</param>
/// <param name="IsOfUser">Whether it is a memory of a user, and not of a session.</param>
internal sealed record WaitingItem(
    string UserId, Guid Id, string? Text, WaitingBlock? Block, DateTimeOffset UpdatedAt = default, bool IsOfUser = false)
{
    // Of a longer text the beginning says what it is about; models take no more than some thousand words.
    private const int MaxCharacters = 8_000;

    /// <summary>What is sent of a text; never half a surrogate pair.</summary>
    public static string Cut(string text) =>
        text.Length <= MaxCharacters ? text : text[..(char.IsHighSurrogate(text[MaxCharacters - 1]) ? MaxCharacters - 1 : MaxCharacters)];
}

/// <summary>Messages of a session that wait together.</summary>
/// <param name="UserId">Whose they are.</param>
/// <param name="SessionId">The session.</param>
/// <param name="Number">The block's.</param>
/// <param name="Done">How many of the block were embedded before.</param>
/// <param name="Waiting">How many were not.</param>
internal sealed record WaitingBlock(string UserId, Guid SessionId, int Number, int Done, int Waiting);
