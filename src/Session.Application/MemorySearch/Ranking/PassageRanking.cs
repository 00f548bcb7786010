using System.Buffers;

namespace SessionService.Application.MemorySearch.Ranking;

/// <summary>
/// Ranks passages for a question: by words, by meaning, and by what else speaks for a passage. Each part is between 0 and 1, and the score
/// is their weighted mean.
/// </summary>
public static class PassageRanking
{
    // A longer passage says many things, and lends less.
    private const float LendingWords = 20;

    /// <summary>The best passages, the best first; of equal ones the one with the smaller number.</summary>
    public static IReadOnlyList<RankedPassage> Rank(PassageField field, QuestionTraits question, RankingWeights weights, int top)
    {
        var floats = ArrayPool<float>.Shared.Rent(3 * field.Count);
        var bytes = ArrayPool<byte>.Shared.Rent(field.Count);
        try
        {
            var lent = floats.AsSpan(0, field.Count);
            var words = floats.AsSpan(field.Count, field.Count);
            var meaning = floats.AsSpan(2 * field.Count, field.Count);
            var named = bytes.AsSpan(0, field.Count);
            ComputeLent(field.Lengths.Span, lent);
            var naming = WordScore.Compute(field, lent, weights, words, named);
            var semanticWeight = MeaningScore.Compute(field, lent, weights, meaning);
            var prior = new PriorScore(field, question, weights, named, naming);
            return Choose(field, words, meaning, semanticWeight, prior, weights, top);
        }
        finally
        {
            ArrayPool<float>.Shared.Return(floats);
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    private static void ComputeLent(ReadOnlySpan<int> lengths, Span<float> lent)
    {
        for (var i = 0; i < lengths.Length; i++)
        {
            var share = lengths[i] > LendingWords ? LendingWords / lengths[i] : 1;
            lent[i] = share * share;
        }
    }

    private static List<RankedPassage> Choose(
        PassageField field,
        ReadOnlySpan<float> words,
        ReadOnlySpan<float> meaning,
        double semanticWeight,
        PriorScore prior,
        RankingWeights weights,
        int top)
    {
        var priorWeight = weights.MostPrior + weights.Asking;
        var sum = 1 + semanticWeight + priorWeight;

        // A min-heap: its first element is the worst of the best so far. Of equal scores the later passage is the worse.
        var best = new PriorityQueue<RankedPassage, (double Score, int Before)>();
        for (var passage = 0; passage < field.Count; passage++)
        {
            // Without a word and a meaning in common there is no answer.
            if (words[passage] <= 0 && meaning[passage] <= 0 && !MeaningScore.IsNear(field, passage))
            {
                continue;
            }

            var ofPrior = priorWeight > 0 ? (prior.Of(passage) + weights.Asking) / priorWeight : 0;
            var score = (words[passage] + (semanticWeight * meaning[passage]) + (priorWeight * ofPrior)) / sum;
            if ((best.Count == top && best.TryPeek(out _, out var worst) && score <= worst.Score) || !field.IsWanted(passage))
            {
                continue;
            }

            var ranked = new RankedPassage(passage, score, words[passage], meaning[passage], ofPrior);
            if (best.Count == top)
            {
                best.EnqueueDequeue(ranked, (score, -passage));
            }
            else
            {
                best.Enqueue(ranked, (score, -passage));
            }
        }

        var ordered = best.UnorderedItems.Select(item => item.Element).ToList();
        ordered.Sort((a, b) => a.Score != b.Score ? b.Score.CompareTo(a.Score) : a.Passage.CompareTo(b.Passage));
        return ordered;
    }
}

/// <summary>A passage with its score.</summary>
/// <param name="Score">The weighted mean of the parts, from 0 to 1 as they are.</param>
/// <param name="KeywordScore">The share of the question's words that it or its neighbours have.</param>
/// <param name="SemanticScore">How near it and its neighbours are in meaning.</param>
/// <param name="Prior">What else speaks for it.</param>
public readonly record struct RankedPassage(int Passage, double Score, double KeywordScore, double SemanticScore, double Prior);
