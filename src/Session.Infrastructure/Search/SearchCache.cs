using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Options;

namespace SessionService.Infrastructure.Search;

/// <summary>
/// Data that searches have used lately: segments, which never change, by their id, and the lexemes of texts, by the text itself. So nothing
/// in the cache can be out of date. The database says each time which segments a search reads.
/// </summary>
internal sealed class SearchCache(IOptions<SearchOptions> options) : IDisposable
{
    private const int LexemeBytes = 96;

    // The cache needs this for each entry, which is more than a word takes.
    private const int EntryBytes = 400;

    private readonly MemoryCache _cache = new(new MemoryCacheOptions { SizeLimit = options.Value.CacheBytes });

    public IndexSegment? FindSegment(string userId, Guid segmentId) => _cache.Get<IndexSegment>((userId, segmentId));

    public void Add(string userId, IndexSegment segment) => Add((userId, segment.SegmentId), segment, segment.Size);

    /// <param name="userId">Whose texts.</param>
    /// <param name="fingerprint">Tells what is in the texts.</param>
    public IndexSegment? FindTexts(string userId, string fingerprint) => _cache.Get<IndexSegment>((userId, fingerprint));

    public void AddTexts(string userId, string fingerprint, IndexSegment segment) => Add((userId, fingerprint), segment, segment.Size);

    public AnalyzedText? FindText(string text) => _cache.Get<AnalyzedText>(text);

    public void Add(string text, AnalyzedText analyzed) =>
        Add(text, analyzed, (sizeof(char) * (long)text.Length) + ((long)LexemeBytes * (analyzed.Lexemes.Count + analyzed.Written.Count)));

    public void Dispose() => _cache.Dispose();

    /// <summary>An entry of another feature. Its entries are here so that one limit holds for everything that searches keep.</summary>
    public T? Find<T>(object key) where T : class => _cache.Get<T>(key);

    /// <param name="key">The key, which must begin with the user where the value is a user's.</param>
    /// <param name="value">A value that never changes.</param>
    /// <param name="size">About how many bytes the value takes.</param>
    public void Add(object key, object value, long size) =>
        _cache.Set(key, value, new MemoryCacheEntryOptions { Size = EntryBytes + size });
}
