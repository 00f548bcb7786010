using System.Numerics;

namespace SessionService.Infrastructure.Search;

/// <summary>Finds the messages of one segment that match a query, and ranks them.</summary>
internal sealed class SegmentMatcher(IndexSegment segment, TextQuery query, CancellationToken cancellationToken)
{
    // As in BM25, but without the parts that depend on other texts: the rank of a hit must not change when another message is written.
    private const double Saturation = 1.2;
    private const double LengthShare = 0.75;
    private const double UsualLength = 64;
    private const double Millionths = 1e6;

    private readonly int _count = segment.Messages.Count;

    /// <summary>Calls back for each match with the message's ordinal and its rank in millionths.</summary>
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
        foreach (var word in query.Wanted)
        {
            if (word is QueryNode.Prefix)
            {
                // A prefix counts as one word, whichever words begin with it.
                var frequencies = new int[_count];
                Read(word, (ordinal, frequency) => frequencies[ordinal] += frequency);
                for (var ordinal = 0; ordinal < _count; ordinal++)
                {
                    Add(ordinal, frequencies[ordinal]);
                }
            }
            else
            {
                Read(word, Add);
            }
        }

        return scores;

        void Add(int ordinal, int frequency)
        {
            var length = 1 - LengthShare + (LengthShare * segment.Messages[ordinal].Length / UsualLength);
            scores[ordinal] += frequency / (frequency + (Saturation * length)) / query.Wanted.Count;
        }
    }

    private void Read(QueryNode.Word word, Action<int, int> onMessage)
    {
        foreach (var lexeme in segment.Matching(word))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var postings = segment.Find(lexeme);
            while (postings.Read())
            {
                onMessage(postings.Ordinal, postings.Frequency);
            }
        }
    }

    /// <summary>The matches as a set of bits.</summary>
    private ulong[] Matches(QueryNode node)
    {
        switch (node)
        {
            case QueryNode.Word word:
                return MatchesOf(word);
            case QueryNode.Not not:
                var others = Matches(not.Operand);
                for (var i = 0; i < others.Length; i++)
                {
                    others[i] = ~others[i];
                }

                // The last bits stand for no message.
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

    private ulong[] MatchesOf(QueryNode.Word word)
    {
        var matches = new ulong[(_count + 63) / 64];
        Read(word, (ordinal, _) => matches[ordinal / 64] |= 1UL << (ordinal % 64));
        return matches;
    }

    /// <summary>The messages that have the words of a phrase, in the order of the phrase.</summary>
    private ulong[] MatchesOf(QueryNode.Phrase phrase)
    {
        var matches = Candidates(phrase, []);
        var positions = new PhrasePositions(segment, phrase, matches);
        for (var word = 0; word < matches.Length; word++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            for (var bits = matches[word]; bits != 0; bits &= bits - 1)
            {
                var bit = BitOperations.TrailingZeroCount(bits);
                if (!positions.MoveTo((word * 64) + bit).HasPhrase)
                {
                    matches[word] &= ~(1UL << bit);
                }
            }
        }

        return matches;
    }

    /// <summary>The messages that have the words of a phrase, wherever they stand. A phrase may have one word many times.</summary>
    private ulong[] Candidates(QueryNode node, Dictionary<QueryNode.Word, ulong[]> known)
    {
        switch (node)
        {
            case QueryNode.Word word:
                if (!known.TryGetValue(word, out var matches))
                {
                    known.Add(word, matches = MatchesOf(word));
                }

                return [.. matches];
            case QueryNode.Or or:
                return Combine(Candidates(or.Left, known), Candidates(or.Right, known), (left, right) => left | right);
            case QueryNode.Pair pair:
                return Combine(Candidates(pair.Left, known), Candidates(pair.Right, known), (left, right) => left & right);
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
