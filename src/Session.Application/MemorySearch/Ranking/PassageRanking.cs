using System.Buffers;

namespace SessionService.Application.MemorySearch.Ranking;

/// <summary>
/// Ranks passages for a question: by words (BM25) and by meaning (the cosine of vectors), each divided by its maximum among the candidates.
/// A passage also gets a share of the scores of its neighbours in the conversation, since an answer often stands beside its question.
/// </summary>
public static class PassageRanking
{
    /// <summary>The number of candidates by words, and by meaning.</summary>
    public const int CandidatesOfArm = 200;

    /// <summary>The best passages, the best first; of equal ones the one with the smaller number.</summary>
    public static IReadOnlyList<RankedPassage> Rank(PassageField field, RankingWeights weights, int top)
    {
        var keywords = ArrayPool<float>.Shared.Rent(field.Count);
        try
        {
            var keywordScores = keywords.AsSpan(0, field.Count);
            ScoreKeywords(field, keywordScores);
            var candidates = Candidates(field, keywordScores);
            var scores = Score(field, keywordScores, candidates, weights.Semantic);
            return Order(field, candidates, scores, weights, top);
        }
        finally
        {
            ArrayPool<float>.Shared.Return(keywords);
        }
    }

    private static void ScoreKeywords(PassageField field, Span<float> scores)
    {
        scores.Clear();
        var averageLength = AverageOf(field.Lengths.Span);
        foreach (var term in field.Terms)
        {
            Bm25.Add(term, field.Lengths.Span, averageLength, scores);
        }
    }

    private static double AverageOf(ReadOnlySpan<int> lengths)
    {
        var sum = 0L;
        foreach (var length in lengths)
        {
            sum += length;
        }

        return lengths.IsEmpty ? 0 : (double)sum / lengths.Length;
    }

    // Neighbours of candidates are candidates too: with its share of a high score a neighbour may rank above them.
    private static SortedSet<int> Candidates(PassageField field, ReadOnlySpan<float> keywordScores)
    {
        var named = new HashSet<int>();
        AddBest(keywordScores, leastScore: float.Epsilon, field.IsWanted, named);
        for (var model = 0; model < field.Cosines.Count; model++)
        {
            var counting = model;
            AddBest(
                field.Cosines[model].Span,
                leastScore: float.MinValue,
                passage => field.IsWanted(passage) && (counting == 0 || ModelOf(field, passage) == counting),
                named);
        }

        var candidates = new SortedSet<int>(named);
        foreach (var passage in named)
        {
            AddNeighbour(field.Predecessor(passage));
            AddNeighbour(field.Successor(passage));
        }

        return candidates;

        void AddNeighbour(int neighbour)
        {
            if (neighbour >= 0)
            {
                candidates.Add(neighbour);
            }
        }
    }

    private static void AddBest(ReadOnlySpan<float> scores, float leastScore, Func<int, bool> isWanted, HashSet<int> named)
    {
        // A min-heap: its first element is the worst of the best so far. Of equal scores the later passage is the worse.
        var best = new PriorityQueue<int, (float Score, int Before)>(CandidatesOfArm + 1);
        for (var passage = 0; passage < scores.Length; passage++)
        {
            // The comparison is false for NaN.
            if (!(scores[passage] >= leastScore) || !isWanted(passage))
            {
                continue;
            }

            best.Enqueue(passage, (scores[passage], -passage));
            if (best.Count > CandidatesOfArm)
            {
                best.Dequeue();
                leastScore = MathF.BitIncrement(best.TryPeek(out _, out var worst) ? worst.Score : leastScore);
            }
        }

        named.UnionWith(best.UnorderedItems.Select(item => item.Element));
    }

    private static Dictionary<int, (double Keyword, double Semantic, double Sum)> Score(
        PassageField field, ReadOnlySpan<float> keywordScores, SortedSet<int> candidates, double semanticWeight)
    {
        var mostKeywords = 0f;
        var nearest = new float[field.Cosines.Count];
        foreach (var passage in candidates)
        {
            mostKeywords = Math.Max(mostKeywords, keywordScores[passage]);
            if (ModelOf(field, passage) is var model and >= 0)
            {
                nearest[model] = Math.Max(nearest[model], field.Cosines[model].Span[passage]);
            }
        }

        var scores = new Dictionary<int, (double, double, double)>(candidates.Count);
        foreach (var passage in candidates)
        {
            var model = ModelOf(field, passage);
            var keyword = mostKeywords > 0 ? keywordScores[passage] / mostKeywords : 0;
            var semantic = model >= 0 && nearest[model] > 0 ? field.Cosines[model].Span[passage] / nearest[model] : 0;
            scores.Add(passage, (keyword, semantic, keyword + (semanticWeight * semantic)));
        }

        return scores;
    }

    private static List<RankedPassage> Order(
        PassageField field,
        SortedSet<int> candidates,
        Dictionary<int, (double Keyword, double Semantic, double Sum)> scores,
        RankingWeights weights,
        int top)
    {
        var ranked = new List<RankedPassage>(candidates.Count);
        foreach (var passage in candidates.Where(field.IsWanted))
        {
            var (keyword, semantic, sum) = scores[passage];
            var score = sum
                + (weights.Predecessor * scores.GetValueOrDefault(field.Predecessor(passage)).Sum)
                + (weights.Successor * scores.GetValueOrDefault(field.Successor(passage)).Sum);
            if (score > 0)
            {
                ranked.Add(new RankedPassage(passage, score, keyword, semantic));
            }
        }

        ranked.Sort((a, b) => a.Score != b.Score ? b.Score.CompareTo(a.Score) : a.Passage.CompareTo(b.Passage));
        return ranked.Count > top ? ranked[..top] : ranked;
    }

    // Vectors of different models cannot be compared, so only the first model with a vector counts for a passage.
    private static int ModelOf(PassageField field, int passage)
    {
        for (var model = 0; model < field.Cosines.Count; model++)
        {
            if (!float.IsNaN(field.Cosines[model].Span[passage]))
            {
                return model;
            }
        }

        return -1;
    }
}

/// <summary>The weights of the parts of a score, relative to words, which have weight 1.</summary>
/// <param name="Semantic">The weight of the meaning.</param>
/// <param name="Predecessor">The share of the previous passage's score.</param>
/// <param name="Successor">The share of the next passage's score.</param>
public readonly record struct RankingWeights(double Semantic, double Predecessor, double Successor)
{
    /// <summary>The best weights in measurements on conversations.</summary>
    public static readonly RankingWeights Default = new(0.5, 0.30, 0.15);
}

/// <summary>A passage with its score.</summary>
/// <param name="Score">Its own score and the shares of its neighbours' scores.</param>
/// <param name="KeywordScore">The score of its words, 1 for the best candidate.</param>
/// <param name="SemanticScore">The score of its meaning, 1 for the nearest candidate.</param>
public readonly record struct RankedPassage(int Passage, double Score, double KeywordScore, double SemanticScore);
