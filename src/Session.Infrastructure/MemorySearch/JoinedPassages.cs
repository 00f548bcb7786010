using SessionService.Application.MemorySearch;
using SessionService.Application.MemorySearch.Ranking;
using SessionService.Application.Messages;
using SessionService.Infrastructure.Embeddings;
using SessionService.Infrastructure.Search;

namespace SessionService.Infrastructure.MemorySearch;

/// <summary>The passages of several sources, numbered one set after the other.</summary>
internal sealed class JoinedPassages
{
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
        lexemes.Count == 0 ? 0 : lexemes.Max(lexeme => WordScore.Idf(Count, Find(lexeme, onlyAsks: false).Passages.Length));

    /// <param name="question">The question's lexemes.</param>
    /// <param name="vectors">Its vector by each model, the one that counts most first.</param>
    /// <param name="ofSentences">Its vector by the sentence model, if that counts beside them.</param>
    public PassageField ToField(AnalysedQuestion question, IReadOnlyList<QuestionVector> vectors, QuestionVector? ofSentences)
    {
        var (lengths, kinds, traits) = (new int[Count], new PassageKinds[Count], new MessageTraits[Count]);
        foreach (var part in _parts)
        {
            part.Passages.CopyTo(lengths.AsSpan(part.Offset), kinds.AsSpan(part.Offset), traits.AsSpan(part.Offset));
        }

        var (before, after) = Link();
        MarkChats(kinds);
        return new PassageField
        {
            Lengths = lengths,
            Kinds = kinds,
            Traits = traits,
            Before = before,
            After = after,
            Terms = question.Lexemes.Select(lexeme => Find(lexeme, question.OnlyAsking.Contains(lexeme))),
            Nearness = [.. vectors.Select(vector => new Nearness(Cosines(vector), IsOfWords: vector.Model == EmbeddingModel.OfWords))],
            Model = ofSentences is null ? default : Cosines(ofSentences),
            IsWanted = passage => PartOf(passage).Source.IsWanted(MessageOf(passage)),
        };
    }

    /// <summary>When a passage was written, in microseconds.</summary>
    public long TimeOf(int passage) => MessageOf(passage).CreatedAt;

    /// <summary>Some passages with their texts, in their order; without those that no longer exist.</summary>
    public async Task<IReadOnlyList<ReadPassage>> ReadAsync(IReadOnlyList<int> passages, CancellationToken cancellationToken)
    {
        var texts = new Dictionary<(string, Guid), PassageText>();
        foreach (var source in passages.GroupBy(passage => PartOf(passage).Name, StringComparer.Ordinal))
        {
            var messages = source.Select(MessageOf).ToList();
            foreach (var (id, text) in await PartOf(source.First()).Source.ReadAsync(messages, cancellationToken))
            {
                texts.Add((source.Key, id), text);
            }
        }

        var read = new List<ReadPassage>(passages.Count);
        foreach (var passage in passages)
        {
            var (source, message) = (PartOf(passage).Name, MessageOf(passage));
            if (texts.TryGetValue((source, message.MessageId), out var text))
            {
                read.Add(new ReadPassage(passage, source, message, text));
            }
        }

        return read;
    }

    private IndexedMessage MessageOf(int passage)
    {
        var part = PartOf(passage);
        return part.Passages.Index.Messages[passage - part.Offset];
    }

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

    // Messages of a session follow one another in a run; but a session may go on in another set, with another run.
    private (int[] Before, int[] After) Link()
    {
        var (before, after) = (new int[Count], new int[Count]);
        Array.Fill(before, -1);
        Array.Fill(after, -1);
        var ends = new Dictionary<(Guid, long), int>();
        foreach (var (run, start) in Runs())
        {
            for (var i = start + 1; i < start + run.Count; i++)
            {
                before[i] = i - 1;
                after[i - 1] = i;
            }

            ends[(run.SessionId, run.FirstSequence + run.Count)] = start + run.Count - 1;
        }

        foreach (var (run, start) in Runs())
        {
            if (ends.TryGetValue((run.SessionId, run.FirstSequence), out var end))
            {
                before[start] = end;
                after[end] = start;
            }
        }

        LinkPaths(before, after);
        return (before, after);
    }

    /// <summary>Links the messages of sessions with branches along the path that is shown.</summary>
    private void LinkPaths(int[] before, int[] after)
    {
        var places = new Dictionary<(Guid, long), int>();
        var shown = new List<(Guid SessionId, MessagePath Path, long Sequence, int Place)>();
        foreach (var part in _parts.Where(part => part.IsOfMessages && part.Source.PathOf is not null))
        {
            foreach (var run in part.Passages.Runs)
            {
                if (part.Source.PathOf!(run.SessionId) is not { } path)
                {
                    continue;
                }

                for (var i = 0; i < run.Count; i++)
                {
                    var (sequence, place) = (run.FirstSequence + i, part.Offset + run.Start + i);
                    (before[place], after[place]) = (-1, -1);
                    if (path.Contains(sequence))
                    {
                        places[(run.SessionId, sequence)] = place;
                        shown.Add((run.SessionId, path, sequence, place));
                    }
                }
            }
        }

        foreach (var (sessionId, path, sequence, place) in shown)
        {
            if (places.TryGetValue((sessionId, path.Previous(sequence)), out var previous))
            {
                before[place] = previous;
                after[previous] = place;
            }
        }
    }

    // Beside a chat, what is remembered of a user counts as the user's own words do.
    private void MarkChats(Span<PassageKinds> kinds)
    {
        var chats = _parts.Where(part => part.IsOfMessages).SelectMany(part => part.Passages.Chats).ToHashSet();
        if (chats.Count == 0)
        {
            return;
        }

        foreach (var (run, start) in Runs().Where(one => chats.Contains(one.Run.SessionId)))
        {
            foreach (ref var kind in kinds.Slice(start, run.Count))
            {
                kind |= PassageKinds.InChat;
            }
        }

        foreach (var part in _parts.Where(part => !part.IsOfMessages))
        {
            kinds.Slice(part.Offset, part.Passages.Count).Fill(PassageKinds.InChat | PassageKinds.OfUser);
        }
    }

    private IEnumerable<(PassageRun Run, int Start)> Runs() =>
        _parts.Where(part => part.IsOfMessages).SelectMany(part => part.Passages.Runs, (part, run) => (run, part.Offset + run.Start));

    private TermOccurrences Find(string lexeme, bool onlyAsks)
    {
        var passages = new List<int>();
        var places = new List<TermPlaces>();
        foreach (var part in _parts)
        {
            var content = part.Passages.Index.Find(lexeme);
            var heading = part.Passages.Index.Find(IndexSegmentBuilder.HeadingMark + lexeme);
            var (hasContent, hasHeading) = (content.Read(), heading.Read());
            while (hasContent || hasHeading)
            {
                var place = Math.Min(hasContent ? content.Ordinal : int.MaxValue, hasHeading ? heading.Ordinal : int.MaxValue);
                var found = TermPlaces.None;
                if (hasContent && content.Ordinal == place)
                {
                    found |= TermPlaces.Content;
                    hasContent = content.Read();
                }

                if (hasHeading && heading.Ordinal == place)
                {
                    var positions = heading.ReadPositions();
                    found |= positions[0] <= IndexSegmentBuilder.DayWords ? TermPlaces.Day : TermPlaces.None;
                    found |= positions[^1] > IndexSegmentBuilder.DayWords ? TermPlaces.Speaker : TermPlaces.None;
                    hasHeading = heading.Read();
                }

                passages.Add(part.Offset + place);
                places.Add(found);
            }
        }

        return new TermOccurrences([.. passages], [.. places], onlyAsks);
    }

    private ReadOnlyMemory<float> Cosines(QuestionVector question)
    {
        var cosines = new float[Count];
        foreach (var part in _parts)
        {
            var ofPart = cosines.AsSpan(part.Offset, part.Passages.Count);
            if (part.Passages.Vectors.TryGetValue(question.Model.Key, out var column))
            {
                column.Cosines(question.Packed, ofPart);
            }
            else
            {
                ofPart.Fill(float.NaN);
            }
        }

        return cosines;
    }

    private sealed record Part(string Name, OpenedSource Source, PassageSet Passages, int Offset)
    {
        public bool IsOfMessages => Name == MemorySources.Messages;
    }
}

/// <summary>The vector of a question by a model.</summary>
/// <param name="Model">The model.</param>
/// <param name="Packed">The vector.</param>
internal sealed record QuestionVector(EmbeddingModel Model, PackedQuestion Packed);

/// <summary>A passage with its text.</summary>
/// <param name="Passage">Its number.</param>
/// <param name="Source">Where it stands, of <see cref="MemorySources"/>.</param>
/// <param name="Message">What the index holds of it.</param>
/// <param name="Text">The text.</param>
internal sealed record ReadPassage(int Passage, string Source, IndexedMessage Message, PassageText Text)
{
    /// <summary>What is the same where somebody says the same again.</summary>
    public (string Source, string Speaker, string Content) Said => (Source, Text.Speaker, Text.Content);
}
