using SessionService.Infrastructure.Embeddings;
using SessionService.Infrastructure.Search;

namespace SessionService.Infrastructure.MemorySearch;

/// <summary>Passages and vectors that questions have used lately, within the limit of <see cref="SearchCache"/>.</summary>
internal sealed class PassageCache(SearchCache cache)
{
    public PassageSet? FindPassages(string userId, Guid segmentId) => cache.Find<PassageSet>(Key(userId, segmentId));

    public void Add(string userId, Guid segmentId, PassageSet passages) => cache.Add(Key(userId, segmentId), passages, passages.Size);

    /// <summary>The vector of a text by the embedded model.</summary>
    public byte[]? FindVector(string text) => cache.Find<byte[]>(Key(text));

    public void Add(string text, byte[] vector) => cache.Add(Key(text), vector, (sizeof(char) * (long)text.Length) + vector.Length);

    /// <summary>The vector of a question by the sentence model.</summary>
    public PackedQuestion? FindQuestion(string question) => cache.Find<PackedQuestion>(QuestionKey(question));

    public void Add(string question, PackedQuestion vector) =>
        cache.Add(QuestionKey(question), vector, (sizeof(char) * (long)question.Length) + (sizeof(short) * (long)vector.Dimensions));

    private static (string, string) QuestionKey(string question) => (question, nameof(PackedQuestion));

    private static (string, Guid, string) Key(string userId, Guid segmentId) => (userId, segmentId, nameof(PassageSet));

    private static (string, string) Key(string text) => (text, nameof(PassageCache));
}
