using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using SessionService.Application.Messages;
using SessionService.Infrastructure.Embeddings;
using SessionService.Infrastructure.Messages;
using SessionService.Infrastructure.Persistence;
using SessionService.Infrastructure.Persistence.Configurations;
using SessionService.Infrastructure.Persistence.Tables;
using SessionService.Infrastructure.Search;

namespace SessionService.Infrastructure.MemorySearch;

/// <summary>
/// The texts that the model that is set has not embedded yet, memories first. Users take turns, a batch each, so that a user with very many
/// texts does not keep the others waiting.
/// </summary>
internal sealed class EmbeddingBacklog(SessionContexts contexts, Database database, EmbeddingModel model, int limit)
{
    // By hand for FOR UPDATE.
    private const string LockBlock =
        """
        SELECT true
        FROM dev.message_vectors
        WHERE user_id = $1 AND session_id = $2 AND block = $3 AND CASE WHEN model = $4 THEN model_count ELSE 0 END = $5
        FOR UPDATE
        """;

    // By hand: EF cannot append to bytea. The first vectors of this model replace those of another.
    private const string WriteBlock =
        """
        UPDATE dev.message_vectors
        SET model = $4, model_count = $5 + $6, model_vectors = CASE WHEN model = $4 THEN coalesce(model_vectors, '') ELSE '' END || $7
        WHERE user_id = $1 AND session_id = $2 AND block = $3
        """;

    // Users who stand in line at a time; the others line up once the line is empty.
    private const int MaxUsers = 1_000;

    // Users whose messages wait, and who had their turn last.
    private readonly Queue<string> _line = new();
    private string _lastUser = "";

    public async Task<long> CountAsync(CancellationToken cancellationToken)
    {
        await using var context = contexts.OfPrimary();
        return await context.MessageVectors.SumAsync(
                v => (long)v.MessageCount - (v.Model == model.Key ? v.ModelCount : 0), cancellationToken)
            + await context.UserMemories.LongCountAsync(
                m => EF.Property<string?>(m, VectorProperties.Model) != model.Key, cancellationToken)
            + await context.Memories.LongCountAsync(
                m => m.IsActive && EF.Property<string?>(m, VectorProperties.Model) != model.Key, cancellationToken);
    }

    /// <summary>Whether messages have vectors of a model.</summary>
    public async Task<bool> HasAsync(EmbeddingModel other, CancellationToken cancellationToken)
    {
        await using var context = contexts.OfPrimary();
        return await context.MessageVectors.AnyAsync(v => v.Model == other.Key, cancellationToken);
    }

    /// <summary>
    /// A round of memories that wait, those of users and then those of sessions, at most as many as make a batch at a time. After a full
    /// batch the rest of its last user is left for the next round.
    /// </summary>
    public async IAsyncEnumerable<IReadOnlyList<WaitingItem>> ReadMemoriesAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var find in new FindMemories[] { FindUserMemoriesAsync, FindSessionMemoriesAsync })
        {
            var after = (UserId: "", Id: Guid.Empty);
            while (await find(after, cancellationToken) is { Count: > 0 } memories)
            {
                yield return memories;
                after = (memories[^1].UserId, memories.Count == limit ? Guid.AllBitsSet : memories[^1].Id);
            }
        }
    }

    /// <summary>Lets users whose messages wait line up anew, behind the user who had the last turn.</summary>
    public async Task LineUpAsync(CancellationToken cancellationToken)
    {
        _line.Clear();
        await using var context = contexts.OfPrimary();
        var behind = await FindUsersAsync(Waiting(context).Where(v => string.Compare(v.UserId, _lastUser) > 0), MaxUsers);
        var others = await FindUsersAsync(Waiting(context).Where(v => string.Compare(v.UserId, _lastUser) <= 0), MaxUsers - behind.Count);
        foreach (var user in behind.Concat(others))
        {
            _line.Enqueue(user);
        }

        Task<List<string>> FindUsersAsync(IQueryable<MessageVectors> waiting, int most) =>
            waiting.Select(v => v.UserId).Distinct().Order().Take(most).ToListAsync(cancellationToken);
    }

    /// <summary>The next messages that wait, at most as many as make a batch; none where nothing waits.</summary>
    public async Task<IReadOnlyList<WaitingItem>> ReadMessagesAsync(CancellationToken cancellationToken)
    {
        if (_line.Count == 0)
        {
            await LineUpAsync(cancellationToken);
        }

        var items = new List<WaitingItem>(limit);
        while (items.Count < limit && _line.TryDequeue(out var user))
        {
            _lastUser = user;
            foreach (var block in await FindBlocksAsync(user, cancellationToken))
            {
                var count = Math.Min(limit - items.Count, block.Waiting);
                if (count == 0)
                {
                    break;
                }

                var texts = await database.ReadAsync(sql => ReadTextsAsync(sql, block, count, cancellationToken), cancellationToken);
                items.AddRange(texts.Select(text => new WaitingItem(block.UserId, block.SessionId, text, block)));
            }

            if (items.Count == limit)
            {
                _line.Enqueue(user);
            }
        }

        return items;
    }

    /// <summary>Stores the vectors of items that were read together.</summary>
    public async Task WriteAsync(IReadOnlyList<WaitingItem> items, IReadOnlyList<byte[]> vectors, CancellationToken cancellationToken)
    {
        foreach (var group in items.Zip(vectors).GroupBy(pair => pair.First.Block))
        {
            if (group.Key is { } block)
            {
                await database.InTransactionAsync(sql => WriteBlockAsync(sql, block, [.. group], cancellationToken), cancellationToken);
                continue;
            }

            foreach (var (item, vector) in group)
            {
                await WriteMemoryAsync(item, vector, cancellationToken);
            }
        }
    }

    private async Task<List<WaitingItem>> FindUserMemoriesAsync((string UserId, Guid Id) after, CancellationToken cancellationToken)
    {
        await using var context = contexts.OfPrimary();
        return await context.UserMemories
            .Where(m => EF.Property<string?>(m, VectorProperties.Model) != model.Key
                && EF.Functions.GreaterThan(ValueTuple.Create(m.UserId, m.MemoryId), ValueTuple.Create(after.UserId, after.Id)))
            .OrderBy(m => m.UserId).ThenBy(m => m.MemoryId)
            .Take(limit)
            .Select(m => new WaitingItem(m.UserId, m.MemoryId, WaitingItem.Cut(m.Content), null, m.UpdatedAt, true))
            .ToListAsync(cancellationToken);
    }

    private async Task<List<WaitingItem>> FindSessionMemoriesAsync((string UserId, Guid Id) after, CancellationToken cancellationToken)
    {
        await using var context = contexts.OfPrimary();
        return await context.Memories
            .Where(m => m.IsActive
                && EF.Property<string?>(m, VectorProperties.Model) != model.Key
                && EF.Functions.GreaterThan(ValueTuple.Create(m.UserId, m.SessionId), ValueTuple.Create(after.UserId, after.Id)))
            .OrderBy(m => m.UserId).ThenBy(m => m.SessionId)
            .Take(limit)
            .Select(m => new WaitingItem(m.UserId, m.SessionId, WaitingItem.Cut(m.Content), null, m.UpdatedAt, false))
            .ToListAsync(cancellationToken);
    }

    // A block that is larger than a batch is taken in parts.
    private async Task<List<WaitingBlock>> FindBlocksAsync(string userId, CancellationToken cancellationToken)
    {
        await using var context = contexts.OfPrimary();
        return await Waiting(context)
            .Where(v => v.UserId == userId)
            .OrderBy(v => v.SessionId).ThenBy(v => v.Block)
            .Take(limit)
            .Select(v => new WaitingBlock(
                v.UserId,
                v.SessionId,
                v.Block,
                v.Model == model.Key ? v.ModelCount : 0,
                v.MessageCount - (v.Model == model.Key ? v.ModelCount : 0)))
            .ToListAsync(cancellationToken);
    }

    private IQueryable<MessageVectors> Waiting(SessionDbContext context) =>
        context.MessageVectors.Where(v => v.Model != model.Key || v.ModelCount < v.MessageCount);

    // Stored only with the content that was embedded.
    private async Task WriteMemoryAsync(WaitingItem item, byte[] vector, CancellationToken cancellationToken)
    {
        await using var context = contexts.OfPrimary();
        if (item.IsOfUser)
        {
            await WriteAsync(
                context.UserMemories.Where(m => m.UserId == item.UserId && m.MemoryId == item.Id && m.UpdatedAt == item.UpdatedAt));
        }
        else
        {
            await WriteAsync(
                context.Memories.Where(m => m.UserId == item.UserId && m.SessionId == item.Id && m.UpdatedAt == item.UpdatedAt));
        }

        Task WriteAsync<T>(IQueryable<T> memory)
            where T : class =>
            memory.ExecuteUpdateAsync(
                memory => memory
                    .SetProperty(m => EF.Property<string?>(m, VectorProperties.Model), model.Key)
                    .SetProperty(m => EF.Property<byte[]?>(m, VectorProperties.ModelVector), vector),
                cancellationToken);
    }

    /// <summary>
    /// The texts of the next messages of a block; <see langword="null"/> for a message that is redacted or no longer exists.
    /// </summary>
    private static async Task<IReadOnlyList<string?>> ReadTextsAsync(
        Sql sql, WaitingBlock block, int count, CancellationToken cancellationToken)
    {
        var positions = Enumerable.Range(block.Done + 1, count)
            .Select(place => new MessagePosition(block.SessionId, ((long)block.Number * MessageVectors.Size) + place))
            .ToList();
        var found = await MessageReader.FindAsync(sql, block.UserId, positions, cancellationToken);
        var messages = found.ToDictionary(message => message.Sequence);
        return positions.ConvertAll(position =>
            messages.TryGetValue(position.Sequence, out var message) && SearchableText.Of(message).Length > 0
                ? WaitingItem.Cut(RankingText.Of(message))
                : null);
    }

    // A message that is redacted while the endpoint embeds its text must not get that vector. A redaction writes to the block last: so this
    // locks the block and reads the messages once more.
    private async Task<bool> WriteBlockAsync(
        Sql sql, WaitingBlock block, IReadOnlyList<(WaitingItem Item, byte[] Vector)> embedded, CancellationToken cancellationToken)
    {
        var isThere = await sql.Statement(LockBlock, block.UserId, block.SessionId, block.Number, model.Key, block.Done)
            .ValueAsync<bool>(cancellationToken);
        if (!isThere)
        {
            return false;
        }

        var texts = await ReadTextsAsync(sql, block, embedded.Count, cancellationToken);
        var vectors = embedded.Zip(texts, (one, text) => one.Item.Text == text ? one.Vector : new byte[model.Dimensions]);
        byte[] packed = [.. vectors.SelectMany(vector => vector)];
        await sql.Statement(WriteBlock, block.UserId, block.SessionId, block.Number, model.Key, block.Done, embedded.Count, packed)
            .ExecuteAsync(cancellationToken);
        return true;
    }

    private delegate Task<List<WaitingItem>> FindMemories((string UserId, Guid Id) after, CancellationToken cancellationToken);
}

/// <summary>A text that is to be embedded.</summary>
/// <param name="UserId">The owner.</param>
/// <param name="Id">The id of a memory of a user; otherwise the session.</param>
/// <param name="Text">The text; <see langword="null"/> where there is none, and the vector is to be of length 0.</param>
/// <param name="Block">The block of a message; <see langword="null"/> for memories.</param>
/// <param name="UpdatedAt">When the memory last changed.</param>
/// <param name="IsOfUser">Whether it is a memory of a user, and not of a session.</param>
internal sealed record WaitingItem(
    string UserId, Guid Id, string? Text, WaitingBlock? Block, DateTimeOffset UpdatedAt = default, bool IsOfUser = false)
{
    // The beginning of a longer text says what the text is about. Models take no more than some thousand words.
    private const int MaxCharacters = 8_000;

    /// <summary>The part of a text that is sent; never half a surrogate pair.</summary>
    public static string Cut(string text) =>
        text.Length <= MaxCharacters ? text : text[..(char.IsHighSurrogate(text[MaxCharacters - 1]) ? MaxCharacters - 1 : MaxCharacters)];
}

/// <summary>Messages of a session that wait together.</summary>
/// <param name="UserId">The owner.</param>
/// <param name="SessionId">The session.</param>
/// <param name="Number">The number of the block.</param>
/// <param name="Done">How many messages of the block are embedded.</param>
/// <param name="Waiting">How many are not.</param>
internal sealed record WaitingBlock(string UserId, Guid SessionId, int Number, int Done, int Waiting);
