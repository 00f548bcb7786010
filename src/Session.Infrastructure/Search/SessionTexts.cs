using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using SessionService.Application.Search;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Search;

/// <summary>
/// The titles, summaries and memories of a user's sessions. They change, so the digest does not index them: the search does, in lots of
/// about a hundred. It keeps each lot in memory under a fingerprint of its texts, and indexes only lots that have changed.
/// </summary>
internal sealed class SessionTexts(MessageIndexer indexer, SearchCache cache)
{
    private const int UsualLot = 128;

    /// <summary>All of a user's, indexed, and the texts themselves.</summary>
    public async Task<(IReadOnlyList<IndexSegment> Segments, Dictionary<(Guid SessionId, long Sequence), string> Texts)> OpenAsync(
        SessionDbContext context, Sql sql, string userId, CancellationToken cancellationToken)
    {
        var found = await ReadAsync(context, userId, cancellationToken);
        var lots = BitOperations.RoundUpToPowerOf2(1 + ((uint)found.Count / UsualLot));
        var segments = new List<IndexSegment>();
        foreach (var group in found.GroupBy(text => (uint)text.Text.SessionId.GetHashCode() & (lots - 1)))
        {
            // The database gives them in any order.
            var lot = group.OrderBy(text => text.Text.SessionId).ThenBy(text => text.Text.Sequence).ToList();
            var fingerprint = FingerprintOf(lot);
            if (cache.FindTexts(userId, fingerprint) is not { } segment)
            {
                segment = await IndexAsync(sql, lot, cancellationToken);
                cache.AddTexts(userId, fingerprint, segment);
            }

            segments.Add(segment);
        }

        return (segments, found.ToDictionary(text => (text.Text.SessionId, text.Text.Sequence), text => text.Content));
    }

    private static async Task<List<(IndexedMessage Text, string Content)>> ReadAsync(
        SessionDbContext context, string userId, CancellationToken cancellationToken)
    {
        var titles = context.Sessions
            .Where(s => s.UserId == userId && s.Title != null && s.Title != "")
            .Select(s => new { s.SessionId, s.CreatedAt, Content = s.Title!, Sequence = SearchPlace.Title });
        var summaries = context.Sessions
            .Where(s => s.UserId == userId && s.SessionSummary != "")
            .Select(s => new { s.SessionId, s.CreatedAt, Content = s.SessionSummary, Sequence = SearchPlace.Summary });
        var memories = context.Memories
            .Where(m => m.UserId == userId && m.IsActive)
            .Select(m => new { m.SessionId, m.CreatedAt, m.Content, Sequence = SearchPlace.Memory });
        var found = await titles.Concat(summaries).Concat(memories).ToListAsync(cancellationToken);
        return found.ConvertAll(text => (
            new IndexedMessage(
                text.SessionId,
                text.Sequence,
                MessageId: Guid.Empty,
                Role: "",
                TypeOf(text.Sequence),
                IndexedMessage.ToMicroseconds(text.CreatedAt),
                Length: 0,
                HeadingLength: 0),
            text.Content));
    }

    private static string TypeOf(long sequence) => sequence switch
    {
        SearchPlace.Title => "title",
        SearchPlace.Memory => "memory",
        _ => "summary",
    };

    private async Task<IndexSegment> IndexAsync(
        Sql sql, IReadOnlyList<(IndexedMessage Text, string Content)> lot, CancellationToken cancellationToken)
    {
        var analyzed = await indexer.AnalyzeAsync(lot.Select(text => text.Content), isForNow: false, sql, cancellationToken);
        var segment = new IndexSegmentBuilder();
        foreach (var (text, content) in lot)
        {
            segment.Add(text, analyzed[content], AnalyzedText.Empty, AnalyzedText.Empty);
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
