using System.Numerics;

namespace SessionService.Infrastructure.Search;

/// <summary>Finds the messages of one segment that have what a query asks for, and how well.</summary>
internal sealed class SegmentMatcher(IndexSegment segment, TextQuery query)
{
    // As in BM25, but without what depends on other texts: a hit's rank must not change when something else is written.
    private const double Saturation = 1.2;
    private const double LengthShare = 0.75;
    private const double UsualLength = 64;
    private const double Millionths = 1e6;

    private readonly int _count = segment.Messages.Count;

    /// <summary>Hands over each match: the message's ordinal, and its rank in millionths.</summary>
    public void Match(Action<int, int> onMatch)
    {
        var matches = Matches(query.Root);
        var scores = Scores();
        for (var word = 0; word < matches.Length; word++)
        {
            for (var bits = matches[word]; bits != 0; bits &= bits - 1)
            {
                var ordinal = (word * 64) + BitOperations.TrailingZeroCount(bits);
                onMatch(ordinal, (int)Math.Round(scores[ordinal] * Millionths));
            }
        }
    }

    private double[] Scores()
    {
        var scores = new double[_count];
        foreach (var lexeme in query.Wanted)
        {
            var postings = segment.Find(lexeme);
            while (postings.Read())
            {
                var length = 1 - LengthShare + (LengthShare * segment.Messages[postings.Ordinal].Length / UsualLength);
                scores[postings.Ordinal] += postings.Frequency / (postings.Frequency + (Saturation * length)) / query.Wanted.Count;
            }
        }

        return scores;
    }

    /// <summary>The matches as a set of bits.</summary>
    private ulong[] Matches(QueryNode node)
    {
        switch (node)
        {
            case QueryNode.Term term:
                return MatchesOf(term.Lexeme);
            case QueryNode.Not not:
                var others = Matches(not.Operand);
                for (var i = 0; i < others.Length; i++)
                {
                    others[i] = ~others[i];
                }

                // The last bits are no message's.
                if (_count % 64 != 0)
                {
                    others[^1] &= (1UL << (_count % 64)) - 1;
                }

                return others;
            case QueryNode.Or or:
                return Combine(Matches(or.Left), Matches(or.Right), (left, right) => left | right);
            case QueryNode.Phrase phrase:
                return MatchesOf(phrase);
            default:
                var and = (QueryNode.Pair)node;
                return Combine(Matches(and.Left), Matches(and.Right), (left, right) => left & right);
        }
    }

    private ulong[] MatchesOf(string lexeme)
    {
        var matches = new ulong[(_count + 63) / 64];
        var postings = segment.Find(lexeme);
        while (postings.Read())
        {
            matches[postings.Ordinal / 64] |= 1UL << (postings.Ordinal % 64);
        }

        return matches;
    }

    /// <summary>Messages that have the words, and of these the ones in which they stand in order.</summary>
    private ulong[] MatchesOf(QueryNode.Phrase phrase)
    {
        var matches = Combine(Matches(phrase.Left), Matches(phrase.Right), (left, right) => left & right);
        var positions = new Dictionary<(string Lexeme, int Ordinal), int[]>();
        AddPositions(phrase, matches, positions);
        for (var word = 0; word < matches.Length; word++)
        {
            for (var bits = matches[word]; bits != 0; bits &= bits - 1)
            {
                var bit = BitOperations.TrailingZeroCount(bits);
                if (Ends(phrase, (word * 64) + bit, positions).Count == 0)
                {
                    matches[word] &= ~(1UL << bit);
                }
            }
        }

        return matches;
    }

    /// <summary>The positions of a phrase's words in some messages.</summary>
    private void AddPositions(QueryNode node, ulong[] messages, Dictionary<(string Lexeme, int Ordinal), int[]> positions)
    {
        if (node is QueryNode.Pair pair)
        {
            AddPositions(pair.Left, messages, positions);
            AddPositions(pair.Right, messages, positions);
        }
        else if (node is QueryNode.Term term)
        {
            var postings = segment.Find(term.Lexeme);
            while (postings.Read())
            {
                if ((messages[postings.Ordinal / 64] >> (postings.Ordinal % 64) & 1) != 0)
                {
                    positions[(term.Lexeme, postings.Ordinal)] = postings.ReadPositions();
                }
            }
        }
    }

    /// <summary>Where in a message matches of a part of a phrase end.</summary>
    private static IReadOnlyCollection<int> Ends(QueryNode node, int ordinal, Dictionary<(string Lexeme, int Ordinal), int[]> positions)
    {
        switch (node)
        {
            case QueryNode.Term term:
                return positions.GetValueOrDefault((term.Lexeme, ordinal)) ?? [];
            case QueryNode.Or or:
                return Ends(or.Left, ordinal, positions).Union(Ends(or.Right, ordinal, positions)).ToList();
            case QueryNode.And and:
                return Ends(and.Left, ordinal, positions).Intersect(Ends(and.Right, ordinal, positions)).ToList();
            case QueryNode.Phrase phrase:
                var lefts = Ends(phrase.Left, ordinal, positions).ToHashSet();
                return Ends(phrase.Right, ordinal, positions).Where(end => lefts.Contains(end - phrase.Right.Width - phrase.Distance)).ToList();
            default:
                throw new InvalidOperationException("A web search negates phrases, never words in them.");
        }
    }

    private static ulong[] Combine(ulong[] left, ulong[] right, Func<ulong, ulong, ulong> combine)
    {
        for (var i = 0; i < left.Length; i++)
        {
            left[i] = combine(left[i], right[i]);
        }

        return left;
    }
}
