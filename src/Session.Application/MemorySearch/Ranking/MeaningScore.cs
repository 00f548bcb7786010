using System.Buffers;

namespace SessionService.Application.MemorySearch.Ranking;

/// <summary>
/// How near a passage and its neighbours in the session are to the question in meaning, from 0 to 1. A passage as near as the average
/// counts nothing, the nearest counts 1. Where a sentence model has vectors, its nearness counts beside that of the other models.
/// </summary>
internal static class MeaningScore
{
    // Sums of word vectors of longer passages are near to everything.
    private const float MostWords = 30;

    private static readonly Shares WithoutModel = new(0.5, 0.5, 0.25, 0.15);
    private static readonly Shares OfModel = new(0.8, 0.6, 0.4, 0.2);

    /// <param name="field">The passages.</param>
    /// <param name="lent">What each passage may lend, from 0 to 1.</param>
    /// <param name="weights">The weights.</param>
    /// <param name="scores">The scores, which are set.</param>
    /// <returns>What a score of 1 weighs.</returns>
    public static double Compute(PassageField field, ReadOnlySpan<float> lent, RankingWeights weights, Span<float> scores)
    {
        scores.Clear();
        var rented = ArrayPool<float>.Shared.Rent(2 * field.Count);
        var own = rented.AsSpan(0, field.Count);
        own.Fill(float.NaN);
        foreach (var (cosines, isOfWords) in field.Nearness)
        {
            Scale(cosines.Span, isOfWords ? field.Lengths.Span : default, own);
        }

        ReplaceMissing(own, 0);
        var byModel = rented.AsSpan(field.Count, field.Count);
        byModel.Fill(float.NaN);
        var weight = weights.Semantic * WithoutModel.Most;
        if (TryScaleModel(field.Model.Span, byModel))
        {
            // A passage that the model has not embedded counts by the other models here too, so that it stays comparable.
            ReplaceMissing(byModel, own);
            weight = (weights.SemanticBesideModel * WithoutModel.Most) + (weights.Model * OfModel.Most);
            Add(field, lent, own, weights.SemanticBesideModel / weight, WithoutModel, scores);
            Add(field, lent, byModel, weights.Model / weight, OfModel, scores);
        }
        else
        {
            Add(field, lent, own, 1 / WithoutModel.Most, WithoutModel, scores);
        }

        ArrayPool<float>.Shared.Return(rented);
        return weight;
    }

    /// <summary>Whether a passage has anything in common with the question, though less than the average.</summary>
    public static bool IsNear(PassageField field, int passage)
    {
        foreach (var (cosines, _) in field.Nearness)
        {
            if (!float.IsNaN(cosines.Span[passage]))
            {
                return cosines.Span[passage] > 0;
            }
        }

        return false;
    }

    private static void Add(
        PassageField field, ReadOnlySpan<float> lent, ReadOnlySpan<float> own, double weight, Shares shares, Span<float> scores)
    {
        if (!double.IsFinite(weight) || weight == 0)
        {
            return;
        }

        var before = field.Before.Span;
        var after = field.After.Span;
        for (var i = 0; i < own.Length; i++)
        {
            var last = before[i];
            var next = after[i];
            scores[i] += (float)(weight * (own[i]
                + Lent(own, lent, last, shares.Last)
                + Lent(own, lent, last < 0 ? -1 : before[last], shares.SecondLast)
                + Lent(own, lent, next, shares.Next)
                + Lent(own, lent, next < 0 ? -1 : after[next], shares.SecondNext)));
        }
    }

    private static double Lent(ReadOnlySpan<float> own, ReadOnlySpan<float> lent, int neighbour, double share) =>
        neighbour < 0 ? 0 : share * lent[neighbour] * own[neighbour];

    // One passage alone, or several that are equally near, say nothing of the others, which are not embedded yet.
    private static bool TryScaleModel(ReadOnlySpan<float> cosines, Span<float> scores)
    {
        if (cosines.IsEmpty)
        {
            return false;
        }

        var (mean, greatest) = Measure(cosines, scores);
        if (!(greatest > mean))
        {
            return false;
        }

        Scale(cosines, lengths: default, scores);
        return true;
    }

    // Cosines of different models cannot be compared, so each model has a scale of its own.
    private static void Scale(ReadOnlySpan<float> cosines, ReadOnlySpan<int> lengths, Span<float> scores)
    {
        var (mean, greatest) = Measure(cosines, scores);
        var range = greatest - mean;
        for (var i = 0; i < scores.Length; i++)
        {
            var cosine = cosines[i];
            if (!float.IsNaN(scores[i]) || float.IsNaN(cosine))
            {
                continue;
            }

            // Where all are equally near, all are the nearest.
            var score = range > 0 ? (cosine - mean) / range : cosine > 0 ? 1 : 0;
            scores[i] = Math.Max(0, score) * (!lengths.IsEmpty && lengths[i] > MostWords ? MostWords / lengths[i] : 1);
        }
    }

    private static (float Mean, float Greatest) Measure(ReadOnlySpan<float> cosines, ReadOnlySpan<float> scores)
    {
        var (sum, count, greatest) = (0d, 0, float.MinValue);
        for (var i = 0; i < cosines.Length; i++)
        {
            if (float.IsNaN(scores[i]) && !float.IsNaN(cosines[i]))
            {
                sum += cosines[i];
                count++;
                greatest = Math.Max(greatest, cosines[i]);
            }
        }

        return (count == 0 ? 0 : (float)(sum / count), greatest);
    }

    private static void ReplaceMissing(Span<float> scores, float by)
    {
        foreach (ref var score in scores)
        {
            score = float.IsNaN(score) ? by : score;
        }
    }

    private static void ReplaceMissing(Span<float> scores, ReadOnlySpan<float> by)
    {
        for (var i = 0; i < scores.Length; i++)
        {
            scores[i] = float.IsNaN(scores[i]) ? by[i] : scores[i];
        }
    }

    /// <summary>What a passage has of the nearness of its neighbours.</summary>
    private sealed record Shares(double Last, double SecondLast, double Next, double SecondNext)
    {
        /// <summary>What one who has the nearest passage on every side has.</summary>
        public double Most { get; } = 1 + Last + SecondLast + Next + SecondNext;
    }
}
