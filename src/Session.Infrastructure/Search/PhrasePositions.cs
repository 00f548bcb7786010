using System.Runtime.InteropServices;

namespace SessionService.Infrastructure.Search;

/// <summary>
/// Finds a phrase in the messages of a segment that have all of its words. Reads the postings of a word once, however often the phrase has
/// the word, and leaves a message as soon as no beginning of the phrase is in it. So the size of the index limits the cost of a query,
/// whatever the query is.
/// </summary>
internal sealed class PhrasePositions
{
    private readonly QueryNode.Phrase _phrase;
    private readonly ulong[] _messages;
    private readonly Dictionary<QueryNode.Word, Dictionary<int, int[]>> _positions = [];
    private int _ordinal;

    /// <param name="segment">The segment.</param>
    /// <param name="phrase">The phrase.</param>
    /// <param name="messages">The messages as a set of bits.</param>
    public PhrasePositions(IndexSegment segment, QueryNode.Phrase phrase, ulong[] messages)
    {
        (_phrase, _messages) = (phrase, [.. messages]);
        Read(segment, phrase);
    }

    /// <summary>Whether the phrase is in the current message.</summary>
    public bool HasPhrase => Ends(_phrase).Length > 0;

    public PhrasePositions MoveTo(int ordinal)
    {
        _ordinal = ordinal;
        return this;
    }

    private void Read(IndexSegment segment, QueryNode node)
    {
        if (node is QueryNode.Pair pair)
        {
            Read(segment, pair.Left);
            Read(segment, pair.Right);
        }
        else if (node is QueryNode.Word word && _positions.TryAdd(word, []))
        {
            foreach (var lexeme in segment.Matching(word))
            {
                Read(segment.Find(lexeme), _positions[word]);
            }
        }
    }

    private void Read(PostingsReader postings, Dictionary<int, int[]> positions)
    {
        while (postings.Read())
        {
            if ((_messages[postings.Ordinal / 64] >> (postings.Ordinal % 64) & 1) != 0)
            {
                var more = postings.ReadPositions();
                var known = positions.GetValueOrDefault(postings.Ordinal);
                positions[postings.Ordinal] = known is null ? more : Union(known, more).ToArray();
            }
        }
    }

    /// <summary>The positions at which matches of a part of the phrase end, ascending.</summary>
    private ReadOnlySpan<int> Ends(QueryNode node)
    {
        if (node is QueryNode.Word word)
        {
            return _positions[word].GetValueOrDefault(_ordinal);
        }

        var pair = (QueryNode.Pair)node;
        var left = Ends(pair.Left);
        if (left.IsEmpty && node is not QueryNode.Or)
        {
            return [];
        }

        var right = Ends(pair.Right);
        return node switch
        {
            QueryNode.Or => Union(left, right),
            QueryNode.Phrase phrase => Following(left, right, phrase.Right.Width + phrase.Distance),
            _ => Following(left, right, distance: 0),
        };
    }

    /// <summary>The positions on the right that lie exactly the distance behind one on the left.</summary>
    private static ReadOnlySpan<int> Following(ReadOnlySpan<int> left, ReadOnlySpan<int> right, int distance)
    {
        var found = new List<int>();
        var at = 0;
        foreach (var end in right)
        {
            while (at < left.Length && left[at] < end - distance)
            {
                at++;
            }

            if (at < left.Length && left[at] == end - distance)
            {
                found.Add(end);
            }
        }

        return CollectionsMarshal.AsSpan(found);
    }

    private static ReadOnlySpan<int> Union(ReadOnlySpan<int> left, ReadOnlySpan<int> right)
    {
        var all = new SortedSet<int>(left.ToArray());
        all.UnionWith(right.ToArray());
        return all.ToArray();
    }
}
