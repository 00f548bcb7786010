using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Options;
using SessionService.Infrastructure.Embeddings;
using SessionService.Infrastructure.MemorySearch;

namespace SessionService.Infrastructure.Search;

/// <summary>
/// What searches have used lately: segments, which never change, by their id, and what the words of a text are, by the text itself. So
/// nothing in it can be out of date; which of it is to be used the database says each time.
/// </summary>
internal sealed class SearchCache(IOptions<SearchOptions> options) : IDisposable
{
    private const int LexemeBytes = 96;

    // What the cache itself needs for each, which is more than a word takes.
    private const int EntryBytes = 400;

    private readonly MemoryCache _cache = new(new MemoryCacheOptions { SizeLimit = options.Value.CacheBytes });

    public IndexSegment? FindSegment(string userId, Guid segmentId) => _cache.Get<IndexSegment>((userId, segmentId));

    public void Add(string userId, IndexSegment segment) => Add((userId, segment.SegmentId), segment, segment.Size);

    /// <param name="userId">Whose texts.</param>
    /// <param name="fingerprint">Tells what is in the texts.</param>
    public IndexSegment? FindTexts(string userId, string fingerprint) => _cache.Get<IndexSegment>((userId, fingerprint));

    public void AddTexts(string userId, string fingerprint, IndexSegment segment) => Add((userId, fingerprint), segment, segment.Size);

    public PassageSegment? FindPassages(string userId, Guid segmentId) => _cache.Get<PassageSegment>((userId, segmentId, nameof(PassageSegment)));

    public void Add(string userId, Guid segmentId, PassageSegment passages) => Add((userId, segmentId, nameof(PassageSegment)), passages, passages.Size);

    public byte[]? FindVector(string text) => _cache.Get<byte[]>((text, nameof(PackedVector)));

    public void Add(string text, byte[] vector) => Add((text, nameof(PackedVector)), vector, (sizeof(char) * (long)text.Length) + vector.Length);

    public AnalyzedText? FindText(string text) => _cache.Get<AnalyzedText>(text);

    public void Add(string text, AnalyzedText analyzed) =>
        Add(text, analyzed, (sizeof(char) * (long)text.Length) + ((long)LexemeBytes * analyzed.Lexemes.Count));

    public void Dispose() => _cache.Dispose();

    private void Add(object key, object value, long size) => _cache.Set(key, value, new MemoryCacheEntryOptions { Size = EntryBytes + size });
}
