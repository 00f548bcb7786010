using SessionService.Application.MemorySearch;
using SessionService.Application.MemorySearch.Ranking;
using SessionService.Infrastructure.Search;

namespace SessionService.Infrastructure.MemorySearch;

/// <summary>The passages of several sources, numbered one set after the other.</summary>
internal sealed class JoinedPassages
{
    // A text may have the greatest length that is allowed: few are in memory together, and an answer with long texts ends early.
    private const int ReadAtOnce = 10;
    private const long MaxCharacters = 8 * 1024 * 1024;

    private readonly List<Part> _parts = [];

    public JoinedPassages(IReadOnlyList<(string Name, OpenedSource Source)> sources)
    {
        foreach (var (name, source) in sources)
        {
            foreach (var passages in source.Sets.Where(passages => passages.Count > 0))
            {
                _parts.Add(new Part(name, source, passages, Count));
                Count += passages.Count;
            }
        }
    }

    public int Count { get; }

    /// <summary>The weight of a word among the user's own texts: that of its rarest lexeme, and 0 where it has none.</summary>
    public double Idf(IReadOnlyList<string> lexemes) =>
        lexemes.Count == 0 ? 0 : lexemes.Max(lexeme => Bm25.Idf(Count, Find(lexeme).Passages.Length));

    /// <param name="lexemes">The question's lexemes.</param>
    /// <param name="vectors">Its vector by each model, the one that counts most first.</param>
    public PassageField ToField(IReadOnlyList<string> lexemes, IReadOnlyList<QuestionVector> vectors) => new()
    {
        Lengths = Lengths(),
        Terms = lexemes.Select(Find),
        Cosines = [.. vectors.Select(Cosines)],
        Predecessor = passage => Neighbour(passage, -1),
        Successor = passage => Neighbour(passage, 1),
        IsWanted = passage =>
        {
            var part = PartOf(passage);
            return part.Source.IsWanted(part.Passages.Index.Messages[passage - part.Offset]);
        },
    };

    /// <summary>The passages in full: as many of the best as fit into an answer, without those that no longer exist.</summary>
    public async Task<IReadOnlyList<FoundPassage>> ReadAsync(IReadOnlyList<RankedPassage> ranked, CancellationToken cancellationToken)
    {
        var passages = new List<FoundPassage>(ranked.Count);
        long characters = 0;
        foreach (var some in ranked.Chunk(ReadAtOnce))
        {
            foreach (var passage in await ReadAsync(some, cancellationToken))
            {
                characters += passage.Content.Length + passage.Metadata.Value.Length;
                if (passages.Count > 0 && characters > MaxCharacters)
                {
                    return passages;
                }

                passages.Add(passage);
            }
        }

        return passages;
    }

    private async Task<IReadOnlyList<FoundPassage>> ReadAsync(RankedPassage[] ranked, CancellationToken cancellationToken)
    {
        var found = Array.ConvertAll(ranked, passage => (Passage: passage, Part: PartOf(passage.Passage)));
        var texts = new Dictionary<(string, Guid), PassageText>();
        foreach (var source in found.GroupBy(one => one.Part.Name, StringComparer.Ordinal))
        {
            var messages = source.Select(one => MessageOf(one.Passage, one.Part)).ToList();
            foreach (var (id, text) in await source.First().Part.Source.ReadAsync(messages, cancellationToken))
            {
                texts.Add((source.Key, id), text);
            }
        }

        var passages = new List<FoundPassage>(found.Length);
        foreach (var (passage, part) in found)
        {
            var message = MessageOf(passage, part);
            if (texts.TryGetValue((part.Name, message.MessageId), out var text))
            {
                passages.Add(Describe(passage, part.Name, message, text));
            }
        }

        return passages;
    }

    private static FoundPassage Describe(RankedPassage passage, string source, IndexedMessage message, PassageText text) => new()
    {
        Source = source,
        Score = passage.Score,
        KeywordScore = passage.KeywordScore,
        SemanticScore = passage.SemanticScore,
        SessionId = text.SessionId,
        Sequence = text.Sequence,
        MessageId = source == MemorySources.Messages ? message.MessageId : null,
        MemoryId = source == MemorySources.Messages ? null : message.MessageId,
        Role = source == MemorySources.Messages ? message.Role : null,
        Content = text.Content,
        Metadata = text.Metadata,
        CreatedAt = IndexedMessage.ToTime(message.CreatedAt),
    };

    private static IndexedMessage MessageOf(RankedPassage passage, Part part) =>
        part.Passages.Index.Messages[passage.Passage - part.Offset];

    private Part PartOf(int passage)
    {
        var (low, high) = (0, _parts.Count - 1);
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            (low, high) = _parts[middle].Offset <= passage ? (middle, high) : (low, middle - 1);
        }

        return _parts[low];
    }

    private int[] Lengths()
    {
        var lengths = new int[Count];
        foreach (var part in _parts)
        {
            var messages = part.Passages.Index.Messages;
            for (var i = 0; i < messages.Count; i++)
            {
                lengths[part.Offset + i] = messages[i].Length + messages[i].HeadingLength;
            }
        }

        return lengths;
    }

    // A word counts alike in the text and in the heading, the day and who speaks.
    private TermOccurrences Find(string lexeme)
    {
        var passages = new List<int>();
        var frequencies = new List<int>();
        foreach (var part in _parts)
        {
            var content = part.Passages.Index.Find(lexeme);
            var heading = part.Passages.Index.Find(IndexSegmentBuilder.HeadingMark + lexeme);
            var (hasContent, hasHeading) = (content.Read(), heading.Read());
            while (hasContent || hasHeading)
            {
                var place = Math.Min(hasContent ? content.Ordinal : int.MaxValue, hasHeading ? heading.Ordinal : int.MaxValue);
                var frequency = 0;
                if (hasContent && content.Ordinal == place)
                {
                    frequency += content.Frequency;
                    hasContent = content.Read();
                }

                if (hasHeading && heading.Ordinal == place)
                {
                    frequency += heading.Frequency;
                    hasHeading = heading.Read();
                }

                passages.Add(part.Offset + place);
                frequencies.Add(frequency);
            }
        }

        return new TermOccurrences([.. passages], [.. frequencies]);
    }

    private ReadOnlyMemory<float> Cosines(QuestionVector question)
    {
        var cosines = new float[Count];
        foreach (var part in _parts)
        {
            var ofPart = cosines.AsSpan(part.Offset, part.Passages.Count);
            if (part.Passages.Vectors.TryGetValue(question.Model, out var column))
            {
                column.Cosines(question.Vector, ofPart);
            }
            else
            {
                ofPart.Fill(float.NaN);
            }
        }

        return cosines;
    }

    // Mostly the next one in the set; but a session may go on in another set.
    private int Neighbour(int passage, int step)
    {
        var part = PartOf(passage);
        var message = part.Passages.Index.Messages[passage - part.Offset];
        if (part.Name != MemorySources.Messages)
        {
            return -1;
        }

        var beside = passage - part.Offset + step;
        if (beside >= 0 && beside < part.Passages.Count
            && part.Passages.Index.Messages[beside] is var other
            && other.SessionId == message.SessionId
            && other.Sequence == message.Sequence + step)
        {
            return passage + step;
        }

        foreach (var elsewhere in _parts.Where(one => one.Name == MemorySources.Messages))
        {
            if (elsewhere.Passages.TryFind(message.SessionId, message.Sequence + step, out var place))
            {
                return elsewhere.Offset + place;
            }
        }

        return -1;
    }

    private sealed record Part(string Name, OpenedSource Source, PassageSet Passages, int Offset);
}

/// <summary>The vector of a question by a model.</summary>
/// <param name="Model">The model's name.</param>
/// <param name="Vector">Of length 1, or all zeros.</param>
internal sealed record QuestionVector(string Model, float[] Vector);
