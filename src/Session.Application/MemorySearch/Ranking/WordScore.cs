using System.Buffers;

namespace SessionService.Application.MemorySearch.Ranking;

/// <summary>
/// How many of the question's words a passage has, where rare words count more: from 0 to 1, the whole question. A word counts less where
/// only a neighbour in the session has it, since an answer often stands beside its question.
/// </summary>
public static class WordScore
{
    // A word that only asks counts half.
    private const double AskingShare = 0.5;

    // What each further neighbour lends less.
    private const double Step = 0.1;
    private const int NeighboursBefore = 4;
    private const int NeighboursAfter = 2;

    /// <summary>How rare a word is: its inverse document frequency.</summary>
    public static double Idf(int passages, int withWord) => Math.Log(1 + ((passages - withWord + 0.5) / (withWord + 0.5)));

    /// <param name="field">The passages.</param>
    /// <param name="lent">What each passage may lend, from 0 to 1.</param>
    /// <param name="weights">The weights.</param>
    /// <param name="scores">The scores, which are set.</param>
    /// <param name="named">For each passage, how many words of the question name who speaks; set as well.</param>
    /// <returns>How many words of the question name a speaker.</returns>
    public static int Compute(
        PassageField field, ReadOnlySpan<float> lent, RankingWeights weights, Span<float> scores, Span<byte> named)
    {
        scores.Clear();
        named.Clear();
        var pool = ArrayPool<float>.Shared;
        var best = pool.Rent(field.Count);
        best.AsSpan(0, field.Count).Clear();
        var changed = ArrayPool<int>.Shared.Rent(field.Count);
        var word = new Word(field, lent, weights, best, changed);
        var (total, naming) = (0d, 0);
        foreach (var term in field.Terms)
        {
            var found = word.Read(term, named, ref naming);
            if (found > 0)
            {
                var weight = Idf(field.Count, found) * (term.OnlyAsks ? AskingShare : 1);
                total += weight;
                word.AddTo(scores, (float)weight);
            }
        }

        pool.Return(best);
        ArrayPool<int>.Shared.Return(changed);
        for (var i = 0; total > 0 && i < scores.Length; i++)
        {
            scores[i] /= (float)total;
        }

        return naming;
    }

    /// <summary>One word at a time: the best that each passage has of it, itself or from a neighbour.</summary>
    private ref struct Word(PassageField field, ReadOnlySpan<float> lent, RankingWeights weights, Span<float> best, Span<int> changed)
    {
        private readonly ReadOnlySpan<float> _lent = lent;
        private readonly ReadOnlySpan<PassageKinds> _kinds = field.Kinds.Span;
        private readonly ReadOnlySpan<MessageTraits> _traits = field.Traits.Span;
        private readonly ReadOnlySpan<int> _before = field.Before.Span;
        private readonly ReadOnlySpan<int> _after = field.After.Span;
        private readonly Span<float> _best = best;
        private readonly Span<int> _changed = changed;
        private int _count;

        /// <summary>Reads the occurrences; returns how many passages have the word.</summary>
        public int Read(TermOccurrences term, Span<byte> named, ref int naming)
        {
            var (found, isName) = (0, false);
            for (var i = 0; i < term.Passages.Length; i++)
            {
                var (passage, places) = (term.Passages[i], term.Places[i]);
                var isInChat = _kinds[passage].HasFlag(PassageKinds.InChat);
                if (isInChat && (places &= ~TermPlaces.Speaker) == TermPlaces.None)
                {
                    continue;
                }

                if (places.HasFlag(TermPlaces.Speaker) && _traits[passage].HasName && named[passage] < byte.MaxValue)
                {
                    named[passage]++;
                    isName = true;
                }

                found++;
                Spread(passage, isInChat && _kinds[passage].HasFlag(PassageKinds.OfAssistant) ? (float)weights.Answer : 1);
            }

            naming += isName ? 1 : 0;
            return found;
        }

        /// <summary>Adds the word to the scores, and forgets it.</summary>
        public void AddTo(Span<float> scores, float weight)
        {
            foreach (var passage in _changed[.._count])
            {
                scores[passage] += weight * _best[passage];
                _best[passage] = 0;
            }

            _count = 0;
        }

        private void Spread(int passage, float worth)
        {
            Raise(passage, worth);
            var lends = worth * _lent[passage];
            var (next, share) = (_after[passage], (float)weights.Predecessor);
            for (var i = 0; i < NeighboursBefore && next >= 0 && share > 0; i++, next = _after[next], share -= (float)Step)
            {
                Raise(next, lends * share);
            }

            (next, share) = (_before[passage], (float)weights.Successor);
            for (var i = 0; i < NeighboursAfter && next >= 0 && share > 0; i++, next = _before[next], share -= (float)Step)
            {
                Raise(next, lends * share);
            }
        }

        private void Raise(int passage, float worth)
        {
            if (_best[passage] == 0)
            {
                _changed[_count++] = passage;
            }

            _best[passage] = Math.Max(_best[passage], worth);
        }
    }
}
