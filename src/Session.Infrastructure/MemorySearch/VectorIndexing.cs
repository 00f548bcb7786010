using NpgsqlTypes;
using SessionService.Domain.Messages;
using SessionService.Infrastructure.Digests;
using SessionService.Infrastructure.Embeddings;
using SessionService.Infrastructure.Persistence;
using SessionService.Infrastructure.Persistence.Tables;
using SessionService.Infrastructure.Search;

namespace SessionService.Infrastructure.MemorySearch;

/// <summary>Stores the vectors of new messages by the embedded model.</summary>
internal sealed class VectorIndexing : IDigestParticipant
{
    // By hand for ON CONFLICT and slices of bytea. Messages that were digested before the service knew vectors get vectors of length 0.
    private const string Write =
        """
        INSERT INTO dev.message_vectors AS v (user_id, session_id, block, message_count, vectors)
        SELECT $1, i.session_id, i.block, i.place + i.message_count, decode(repeat('00', i.place * $2), 'hex') || i.vectors
        FROM unnest($3, $4, $5, $6, $7) AS i (session_id, block, place, message_count, vectors)
        ON CONFLICT (user_id, session_id, block) DO UPDATE SET
            message_count = excluded.message_count,
            vectors = v.vectors || substr(excluded.vectors, length(v.vectors) + 1)
        WHERE v.message_count < excluded.message_count
        """;

    public Task<DigestWrite> PrepareAsync(DigestBatch batch, Sql sql, CancellationToken cancellationToken)
    {
        var parts = new List<Part>();
        foreach (var run in batch.Runs)
        {
            foreach (var messages in run.Messages.GroupBy(message => BlockOf(message.Sequence)))
            {
                parts.Add(new Part(
                    run.SessionId,
                    messages.Key,
                    PlaceOf(messages.First().Sequence),
                    messages.Count(),
                    [.. messages.SelectMany(message => PackedVector.Pack(Embed(message)))]));
            }
        }

        return Task.FromResult<DigestWrite>((writing, token) => WriteAsync(batch.UserId, parts, writing, token));
    }

    /// <summary>A message that says nothing, such as a call of a tool, has zeros, so no question is near it.</summary>
    private static float[] Embed(SessionMessage message) =>
        SearchableText.Of(message).Length == 0
            ? new float[StaticEmbedding.Shipped.Dimensions]
            : StaticEmbedding.Shipped.Embed(RankingText.Of(message));

    public static int BlockOf(long sequence) => (int)((sequence - 1) / MessageVectors.Size);

    public static int PlaceOf(long sequence) => (int)((sequence - 1) % MessageVectors.Size);

    private static async Task<bool> WriteAsync(string userId, List<Part> parts, Sql sql, CancellationToken cancellationToken)
    {
        var written = await sql
            .Statement(
                Write,
                userId,
                StaticEmbedding.Shipped.Dimensions,
                SqlValue.Column(parts, part => part.SessionId, NpgsqlDbType.Uuid),
                SqlValue.Column(parts, part => part.Block, NpgsqlDbType.Integer),
                SqlValue.Column(parts, part => part.Place, NpgsqlDbType.Integer),
                SqlValue.Column(parts, part => part.Count, NpgsqlDbType.Integer),
                SqlValue.Column(parts, part => part.Vectors, NpgsqlDbType.Bytea))
            .ExecuteAsync(cancellationToken);
        return written == parts.Count;
    }

    private sealed record Part(Guid SessionId, int Block, int Place, int Count, byte[] Vectors);
}
