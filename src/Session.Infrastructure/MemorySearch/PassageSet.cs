using SessionService.Application.MemorySearch.Ranking;
using SessionService.Domain.Messages;
using SessionService.Infrastructure.Embeddings;
using SessionService.Infrastructure.Search;

namespace SessionService.Infrastructure.MemorySearch;

/// <summary>
/// Passages by word and by meaning: a segment of the search index, or one made for the question, with the vectors of its texts.
/// </summary>
internal sealed class PassageSet
{
    private readonly int[] _lengths;
    private readonly PassageKinds[] _kinds;
    private readonly MessageTraits[] _traits;

    /// <param name="index">The passages.</param>
    /// <param name="vectors">Their vectors, by model.</param>
    public PassageSet(IndexSegment index, IReadOnlyDictionary<string, VectorColumn> vectors)
    {
        Index = index;
        Vectors = vectors;
        _lengths = [.. index.Messages.Select(message => message.Length)];
        _kinds = [.. index.Messages.Select(KindOf)];
        _traits = [.. index.Messages.Select(message => message.Traits)];
        Runs = [.. RunsOf(index.Messages)];
        Chats = index.Messages.Where(IsUnnamedAssistant).Select(message => message.SessionId).ToHashSet();
    }

    public IndexSegment Index { get; }

    public IReadOnlyDictionary<string, VectorColumn> Vectors { get; }

    public int Count => Index.Messages.Count;

    /// <summary>About how much memory the set takes, with the index that it holds.</summary>
    public long Size =>
        Index.Size + (6L * Count) + (64L * (Runs.Count + Chats.Count)) + Vectors.Values.Sum(column => column.Size);

    /// <summary>How many of the user's messages were not embedded yet when the vectors were read.</summary>
    public long Waiting { get; init; }

    /// <summary>The timestamp of that moment.</summary>
    public long ReadAt { get; init; }

    /// <summary>Whether a model has embedded all.</summary>
    public bool IsComplete(EmbeddingModel model) => Vectors.TryGetValue(model.Key, out var column) && column.IsComplete;

    /// <summary>Messages of a session that stand side by side, here as there.</summary>
    public IReadOnlyList<PassageRun> Runs { get; }

    /// <summary>The sessions in which an assistant speaks that carries no name.</summary>
    public IReadOnlySet<Guid> Chats { get; }

    /// <summary>Copies what ranking knows of each passage. Nobody is known to be in a chat yet.</summary>
    public void CopyTo(Span<int> lengths, Span<PassageKinds> kinds, Span<MessageTraits> traits)
    {
        _lengths.CopyTo(lengths);
        _kinds.CopyTo(kinds);
        _traits.CopyTo(traits);
    }

    private static PassageKinds KindOf(IndexedMessage message) => message.Role switch
    {
        MessageRoles.User => PassageKinds.OfUser,
        MessageRoles.Assistant => PassageKinds.OfAssistant,
        _ => PassageKinds.None,
    };

    private static bool IsUnnamedAssistant(IndexedMessage message) =>
        message.Role == MessageRoles.Assistant && !message.Traits.HasName;

    private static IEnumerable<PassageRun> RunsOf(IReadOnlyList<IndexedMessage> messages)
    {
        for (int start = 0, next = 1; start < messages.Count; start = next++)
        {
            var (session, first) = (messages[start].SessionId, messages[start].Sequence);
            while (next < messages.Count && messages[next].SessionId == session && messages[next].Sequence == first + next - start)
            {
                next++;
            }

            yield return new PassageRun(session, first, start, next - start);
        }
    }
}

/// <param name="SessionId">The session.</param>
/// <param name="FirstSequence">The number of the first message.</param>
/// <param name="Start">Its place in the set.</param>
/// <param name="Count">How many messages follow one another.</param>
internal readonly record struct PassageRun(Guid SessionId, long FirstSequence, int Start, int Count);
