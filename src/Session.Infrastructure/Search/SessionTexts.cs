using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Npgsql;

namespace SessionService.Infrastructure.Search;

/// <summary>
/// The summaries and memories of a user's sessions. They change, so no digest has them: the search indexes them itself, some hundred together, and
/// keeps each lot in memory by what it says. Only lots in which something has changed are indexed anew.
/// </summary>
internal sealed class SessionTexts(MessageIndexer indexer, SearchCache cache)
{
    private const int UsualLot = 128;

    private const string ReadAll =
        """
        SELECT session_id, 0::bigint, 'summary', session_summary, created_at
        FROM dev.sessions
        WHERE user_id = $1 AND session_summary <> ''
        UNION ALL
        SELECT session_id, -1::bigint, 'memory', conversation_summary, created_at
        FROM dev.session_memories
        WHERE user_id = $1 AND is_active
        """;

    /// <summary>All of a user's, indexed, and the texts themselves.</summary>
    public async Task<(IReadOnlyList<IndexSegment> Segments, Dictionary<(Guid SessionId, long Sequence), string> Texts)> OpenAsync(
        NpgsqlConnection connection, string userId, CancellationToken cancellationToken)
    {
        var found = await ReadAsync(connection, userId, cancellationToken);
        var lots = BitOperations.RoundUpToPowerOf2(1 + ((uint)found.Count / UsualLot));
        var segments = new List<IndexSegment>();
        foreach (var group in found.GroupBy(text => (uint)text.Text.SessionId.GetHashCode() & (lots - 1)))
        {
            // The database gives them in any order.
            var lot = group.OrderBy(text => text.Text.SessionId).ThenBy(text => text.Text.Sequence).ToList();
            var fingerprint = FingerprintOf(lot);
            if (cache.FindTexts(userId, fingerprint) is not { } segment)
            {
                segment = await IndexAsync(connection, lot, cancellationToken);
                cache.AddTexts(userId, fingerprint, segment);
            }

            segments.Add(segment);
        }

        return (segments, found.ToDictionary(text => (text.Text.SessionId, text.Text.Sequence), text => text.Content));
    }

    private static async Task<List<(IndexedMessage Text, string Content)>> ReadAsync(
        NpgsqlConnection connection, string userId, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(ReadAll, connection)
        {
            Parameters = { new NpgsqlParameter<string> { TypedValue = userId } },
        };
        await command.PrepareAsync(cancellationToken);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new List<(IndexedMessage, string)>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var text = new IndexedMessage(
                reader.GetGuid(0),
                reader.GetInt64(1),
                MessageId: Guid.Empty,
                Role: "",
                reader.GetString(2),
                IndexedMessage.ToMicroseconds(reader.GetFieldValue<DateTimeOffset>(4)),
                Length: 0,
                HeadingLength: 0);
            found.Add((text, reader.GetString(3)));
        }

        return found;
    }

    private async Task<IndexSegment> IndexAsync(
        NpgsqlConnection connection, IReadOnlyList<(IndexedMessage Text, string Content)> lot, CancellationToken cancellationToken)
    {
        var analyzed = await indexer.AnalyzeAsync(lot.Select(text => text.Content), isForNow: false, connection, cancellationToken);
        var segment = new IndexSegmentBuilder();
        foreach (var (text, content) in lot)
        {
            segment.Add(text, analyzed[content], AnalyzedText.Empty);
        }

        return IndexSegment.Read(Guid.Empty, segment.ToBytes());
    }

    private static string FingerprintOf(IReadOnlyList<(IndexedMessage Text, string Content)> lot)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> head = stackalloc byte[16 + (2 * sizeof(long)) + sizeof(int)];
        foreach (var (text, content) in lot)
        {
            text.SessionId.TryWriteBytes(head);
            BinaryPrimitives.WriteInt64LittleEndian(head[16..], text.Sequence);
            BinaryPrimitives.WriteInt64LittleEndian(head[24..], text.CreatedAt);
            BinaryPrimitives.WriteInt32LittleEndian(head[32..], content.Length);
            hash.AppendData(head);
            hash.AppendData(MemoryMarshal.AsBytes(content.AsSpan()));
        }

        return Convert.ToHexString(hash.GetCurrentHash());
    }
}
