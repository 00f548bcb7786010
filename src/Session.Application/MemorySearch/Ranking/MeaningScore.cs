using System.Buffers;

namespace SessionService.Application.MemorySearch.Ranking;

/// <summary>
/// How near a passage and its neighbours in the session are to the question in meaning, from 0 to 1. A passage as near as the average
/// counts nothing, the nearest counts 1.
/// </summary>
internal static class MeaningScore
{
    /// <summary>What one who has the nearest passage on every side has.</summary>
    public const double Most = 1 + Last + SecondLast + Next + SecondNext;

    private const double Last = 0.5;
    private const double SecondLast = 0.5;
    private const double Next = 0.25;
    private const double SecondNext = 0.15;

    // Sums of word vectors of longer passages are near to everything.
    private const float MostWords = 30;

    /// <param name="field">The passages.</param>
    /// <param name="lent">What each passage may lend, from 0 to 1.</param>
    /// <param name="scores">The scores, which are set.</param>
    public static void Compute(PassageField field, ReadOnlySpan<float> lent, Span<float> scores)
    {
        scores.Clear();
        if (field.Nearness.Count == 0)
        {
            return;
        }

        var rented = ArrayPool<float>.Shared.Rent(field.Count);
        var own = rented.AsSpan(0, field.Count);
        ComputeOwn(field, own);
        var before = field.Before.Span;
        var after = field.After.Span;
        for (var i = 0; i < own.Length; i++)
        {
            var last = before[i];
            var next = after[i];
            scores[i] = (float)((own[i]
                + Lent(own, lent, last, Last)
                + Lent(own, lent, last < 0 ? -1 : before[last], SecondLast)
                + Lent(own, lent, next, Next)
                + Lent(own, lent, next < 0 ? -1 : after[next], SecondNext)) / Most);
        }

        ArrayPool<float>.Shared.Return(rented);
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

    private static double Lent(ReadOnlySpan<float> own, ReadOnlySpan<float> lent, int neighbour, double share) =>
        neighbour < 0 ? 0 : share * lent[neighbour] * own[neighbour];

    // Cosines of different models cannot be compared, so each model has a scale of its own.
    private static void ComputeOwn(PassageField field, Span<float> own)
    {
        own.Fill(float.NaN);
        var lengths = field.Lengths.Span;
        foreach (var (cosines, isOfWords) in field.Nearness)
        {
            var (mean, greatest) = Measure(cosines.Span, own);
            var range = greatest - mean;
            for (var i = 0; i < own.Length; i++)
            {
                var cosine = cosines.Span[i];
                if (!float.IsNaN(own[i]) || float.IsNaN(cosine))
                {
                    continue;
                }

                // Where all are equally near, all are the nearest.
                var score = range > 0 ? (cosine - mean) / range : cosine > 0 ? 1 : 0;
                own[i] = Math.Max(0, score) * (isOfWords && lengths[i] > MostWords ? MostWords / lengths[i] : 1);
            }
        }

        for (var i = 0; i < own.Length; i++)
        {
            own[i] = float.IsNaN(own[i]) ? 0 : own[i];
        }
    }

    private static (float Mean, float Greatest) Measure(ReadOnlySpan<float> cosines, ReadOnlySpan<float> own)
    {
        var (sum, count, greatest) = (0d, 0, float.MinValue);
        for (var i = 0; i < cosines.Length; i++)
        {
            if (float.IsNaN(own[i]) && !float.IsNaN(cosines[i]))
            {
                sum += cosines[i];
                count++;
                greatest = Math.Max(greatest, cosines[i]);
            }
        }

        return (count == 0 ? 0 : (float)(sum / count), greatest);
    }
}
