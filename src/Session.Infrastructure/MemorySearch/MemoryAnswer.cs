using SessionService.Application.MemorySearch;
using SessionService.Application.MemorySearch.Ranking;
using SessionService.Infrastructure.Search;

namespace SessionService.Infrastructure.MemorySearch;

/// <summary>
/// The passages of an answer in full. What somebody says over and over is there once, as it was said last, with the number of times.
/// </summary>
internal sealed class MemoryAnswer(JoinedPassages passages, PassageField field, int top)
{
    /// <summary>How many passages more than asked for are ranked, to take the places of repeated ones.</summary>
    public const int Reserve = 200;

    // A text may have the greatest length that is allowed: few are in memory together, and an answer with long texts ends early.
    private const int ReadAtOnce = 10;
    private const long MaxCharacters = 8 * 1024 * 1024;

    // The most passages that are compared with those of the answer.
    private const int MaxCompared = 100;

    // More would be the noise of single precision.
    private const int Digits = 6;

    private readonly List<Entry> _entries = [];
    private readonly Dictionary<(string, string, string), Entry> _said = [];
    private readonly HashSet<int> _read = [];
    private long _characters;

    /// <summary>As many of the best as are asked for and fit, in their order.</summary>
    public async Task<IReadOnlyList<FoundPassage>> ReadAsync(IReadOnlyList<RankedPassage> ranked, CancellationToken cancellationToken)
    {
        for (int next = 0, some; next < ranked.Count && _entries.Count < top; next += some)
        {
            some = Math.Min(Math.Min(ReadAtOnce, Math.Max(top - _entries.Count, 1)), ranked.Count - next);
            if (!await TryAddAsync([.. ranked.Skip(next).Take(some)], cancellationToken))
            {
                break;
            }
        }

        await CountAsync(cancellationToken);
        return _entries.ConvertAll(Describe);
    }

    /// <summary>False where the answer is full of text.</summary>
    private async Task<bool> TryAddAsync(IReadOnlyList<RankedPassage> ranked, CancellationToken cancellationToken)
    {
        var scores = ranked.ToDictionary(passage => passage.Passage);
        _read.UnionWith(scores.Keys);
        foreach (var passage in await passages.ReadAsync([.. ranked.Select(one => one.Passage)], cancellationToken))
        {
            if (passage.Text.Content.Length == 0)
            {
                // A message of calls alone says nothing.
                continue;
            }

            if (_said.TryGetValue(passage.Said, out var entry))
            {
                entry.Add(passage);
                continue;
            }

            _characters += passage.Text.Content.Length + passage.Text.Metadata.Value.Length;
            if (_entries.Count > 0 && _characters > MaxCharacters)
            {
                return false;
            }

            entry = new Entry(scores[passage.Passage], passage);
            _entries.Add(entry);
            _said.Add(passage.Said, entry);
        }

        return true;
    }

    /// <summary>Looks for the same texts among all passages that may be answers.</summary>
    private async Task CountAsync(CancellationToken cancellationToken)
    {
        if (_entries.Count == 0 || field.Nearness.Count == 0)
        {
            return;
        }

        var characters = 0L;
        foreach (var some in FindAlike().Chunk(ReadAtOnce).TakeWhile(_ => characters <= MaxCharacters))
        {
            foreach (var passage in await passages.ReadAsync(some, cancellationToken))
            {
                characters += passage.Text.Content.Length;
                if (_said.TryGetValue(passage.Said, out var entry))
                {
                    entry.Add(passage);
                }
            }
        }
    }

    /// <summary>Other passages as long as one of the answer and as near to the question, as those with the same text are.</summary>
    private List<int> FindAlike()
    {
        var (lengths, cosines) = (field.Lengths, field.Nearness[^1].Cosines);
        var shown = _entries.Select(entry => LikenessOf(entry.Score.Passage)).ToHashSet();
        var alike = new List<int>();
        for (var passage = 0; passage < field.Count && alike.Count < MaxCompared; passage++)
        {
            if (shown.Contains(LikenessOf(passage)) && !_read.Contains(passage) && field.IsWanted(passage))
            {
                alike.Add(passage);
            }
        }

        return alike;

        (int, float) LikenessOf(int passage) => (lengths.Span[passage], cosines.Span[passage]);
    }

    private static FoundPassage Describe(Entry entry)
    {
        var (_, source, message, text) = entry.Newest;
        var isMessage = source == MemorySources.Messages;
        return new FoundPassage
        {
            Source = source,
            Score = Math.Round(entry.Score.Score, Digits),
            KeywordScore = Math.Round(entry.Score.KeywordScore, Digits),
            SemanticScore = Math.Round(entry.Score.SemanticScore, Digits),
            Prior = Math.Round(entry.Score.Prior, Digits),
            Occurrences = entry.Count,
            SessionId = text.SessionId,
            Sequence = text.Sequence,
            MessageId = isMessage ? message.MessageId : null,
            MemoryId = isMessage ? null : message.MessageId,
            Role = isMessage ? message.Role : null,
            Content = text.Content,
            Metadata = text.Metadata,
            CreatedAt = IndexedMessage.ToTime(message.CreatedAt),
        };
    }

    /// <param name="score">The score of the one that was ranked best.</param>
    /// <param name="first">That one.</param>
    private sealed class Entry(RankedPassage score, ReadPassage first)
    {
        public RankedPassage Score => score;

        public ReadPassage Newest { get; private set; } = first;

        public int Count { get; private set; } = 1;

        public void Add(ReadPassage same)
        {
            Count++;
            if ((same.Message.CreatedAt, same.Text.Sequence).CompareTo((Newest.Message.CreatedAt, Newest.Text.Sequence)) > 0)
            {
                Newest = same;
            }
        }
    }
}
