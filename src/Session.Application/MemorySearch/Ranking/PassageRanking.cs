using System.Buffers;

namespace SessionService.Application.MemorySearch.Ranking;

/// <summary>
/// Puts passages in the order in which they bear on a question: by their words (BM25) and by their meaning (the cosine of vectors), each
/// divided by its maximum among the candidates, and by what they borrow of their neighbours in the conversation, where the answer to a
/// question often stands beside it.
/// </summary>
public static class PassageRanking
{
    /// <summary>How many passages each of the two arms names as candidates.</summary>
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

    // Neighbours are candidates too: what borrows enough of a passage may be worth more than another that is named for itself.
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
        // The worst of the best comes first. Of equals the later number is the worse.
        var best = new PriorityQueue<int, (float Score, int Before)>(CandidatesOfArm + 1);
        for (var passage = 0; passage < scores.Length; passage++)
        {
            // False for a passage that has no number here.
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

    // Vectors of different models cannot be compared: each passage has one that counts, the first that it has.
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

/// <summary>How much what counts, beside keywords, which count 1.</summary>
/// <param name="Semantic">Nearness in meaning.</param>
/// <param name="Predecessor">The share that a passage borrows of the score of the one before it.</param>
/// <param name="Successor">The share that it borrows of the one after it.</param>
public readonly record struct RankingWeights(double Semantic, double Predecessor, double Successor)
{
    /// <summary>As measured on conversations.</summary>
    public static readonly RankingWeights Default = new(0.5, 0.30, 0.15);
}

/// <summary>A passage that bears on the question.</summary>
/// <param name="Score">Its own score and what it borrows.</param>
/// <param name="KeywordScore">That of its words, 1 for the best candidate.</param>
/// <param name="SemanticScore">That of its meaning, 1 for the nearest candidate.</param>
public readonly record struct RankedPassage(int Passage, double Score, double KeywordScore, double SemanticScore);
