using System.Text;
using SessionService.Application.MemorySearch.Ranking;

namespace SessionService.Infrastructure.Search;

/// <summary>
/// A segment of the search index in memory. A message keeps its number in the segment, its ordinal, for as long as the segment exists.
/// </summary>
internal sealed class IndexSegment
{
    // The memory of a dictionary entry and of a message, beside the bytes of the segment.
    private const int TermBytes = 104;
    private const int MessageBytes = 80;

    private readonly byte[] _data;
    private readonly Dictionary<string, Term> _terms;
    private readonly string[] _sorted;

    // What every lexeme that is looked for begins with.
    private readonly string _mark;

    private IndexSegment(
        Guid segmentId,
        byte[] data,
        IReadOnlyList<IndexedMessage> messages,
        Dictionary<string, Term> terms,
        string[] sorted,
        string mark = "")
    {
        _mark = mark;
        SegmentId = segmentId;
        Messages = messages;
        _data = data;
        _terms = terms;
        _sorted = sorted;
    }

    public Guid SegmentId { get; }

    public IReadOnlyList<IndexedMessage> Messages { get; }

    public IEnumerable<string> Lexemes => _sorted;

    /// <summary>About how much memory the segment takes.</summary>
    public long Size => _data.Length + ((long)_terms.Count * TermBytes) + ((long)Messages.Count * MessageBytes);

    /// <summary>The same segment, to search in the calls of tools.</summary>
    public IndexSegment OfCalls() => new(SegmentId, _data, Messages, _terms, _sorted, $"{IndexSegmentBuilder.CallMark}");

    /// <summary>The number of messages that have a lexeme.</summary>
    public int CountOf(string lexeme) => _terms.TryGetValue(_mark + lexeme, out var term) ? term.Count : 0;

    /// <summary>The messages that have a lexeme, by ordinal.</summary>
    public PostingsReader Find(string lexeme) =>
        _terms.TryGetValue(_mark + lexeme, out var term) ? new PostingsReader(_data.AsSpan(term.Start, term.Length)) : default;

    /// <summary>The lexemes that match a word.</summary>
    public IEnumerable<string> Matching(QueryNode.Word word) => word is QueryNode.Prefix
        ? StartingWith(word.Text).Concat(StartingWith(AnalyzedText.WrittenMark + word.Text))
        : [word.Text];

    /// <summary>Reads the bytes that <see cref="IndexSegmentBuilder.ToBytes"/> has written.</summary>
    public static IndexSegment Read(Guid segmentId, byte[] data)
    {
        if (data[0] != IndexSegmentBuilder.Version)
        {
            throw new InvalidDataException($"Segment {segmentId} is of version {data[0]}, which this version of the service cannot read.");
        }

        ReadOnlySpan<byte> bytes = data;
        var offset = 1;
        var sessions = new Guid[ReadInt(bytes, ref offset)];
        for (var i = 0; i < sessions.Length; i++)
        {
            sessions[i] = ReadGuid(bytes, ref offset);
        }

        var words = new string[ReadInt(bytes, ref offset)];
        for (var i = 0; i < words.Length; i++)
        {
            words[i] = ReadText(bytes, ref offset);
        }

        var messages = new IndexedMessage[ReadInt(bytes, ref offset)];
        for (var i = 0; i < messages.Length; i++)
        {
            messages[i] = new IndexedMessage(
                sessions[ReadInt(bytes, ref offset)],
                Varint.Read(bytes, ref offset) - 1,
                ReadGuid(bytes, ref offset),
                words[ReadInt(bytes, ref offset)],
                words[ReadInt(bytes, ref offset)],
                Varint.Unzigzag(Varint.Read(bytes, ref offset)),
                ReadInt(bytes, ref offset),
                ReadInt(bytes, ref offset));
        }

        var count = ReadInt(bytes, ref offset);
        var terms = new Dictionary<string, Term>(count, StringComparer.Ordinal);
        var sorted = new string[count];
        var start = 0;
        for (var i = 0; i < count; i++)
        {
            var lexeme = ReadText(bytes, ref offset);
            var term = new Term(ReadInt(bytes, ref offset), start, ReadInt(bytes, ref offset));
            terms.Add(lexeme, term);
            sorted[i] = lexeme;
            start += term.Length;
        }

        // The postings begin where the dictionary ends, which is known only now.
        foreach (var lexeme in sorted)
        {
            terms[lexeme] = terms[lexeme] with { Start = terms[lexeme].Start + offset };
        }

        var segment = new IndexSegment(segmentId, data, messages, terms, sorted);
        var traits = segment.Find(IndexSegmentBuilder.TraitsMark);
        while (traits.Read())
        {
            messages[traits.Ordinal] = messages[traits.Ordinal] with { Traits = new MessageTraits((byte)traits.ReadPositions()[0]) };
        }

        return segment;
    }

    private IEnumerable<string> StartingWith(string text)
    {
        var prefix = _mark + text;
        var first = Array.BinarySearch(_sorted, prefix, StringComparer.Ordinal);
        return _sorted.Skip(first < 0 ? ~first : first)
            .TakeWhile(lexeme => lexeme.StartsWith(prefix, StringComparison.Ordinal))
            .Select(lexeme => lexeme[_mark.Length..]);
    }

    private static int ReadInt(ReadOnlySpan<byte> bytes, ref int offset) => (int)Varint.Read(bytes, ref offset);

    private static Guid ReadGuid(ReadOnlySpan<byte> bytes, ref int offset)
    {
        var id = new Guid(bytes.Slice(offset, 16), bigEndian: true);
        offset += 16;
        return id;
    }

    private static string ReadText(ReadOnlySpan<byte> bytes, ref int offset)
    {
        var length = ReadInt(bytes, ref offset);
        var text = Encoding.UTF8.GetString(bytes.Slice(offset, length));
        offset += length;
        return text;
    }

    private readonly record struct Term(int Count, int Start, int Length);
}

/// <summary>Reads the postings of a lexeme one by one.</summary>
internal ref struct PostingsReader(ReadOnlySpan<byte> postings)
{
    private readonly ReadOnlySpan<byte> _postings = postings;
    private int _offset;
    private int _unread;

    /// <summary>The message's ordinal in its segment.</summary>
    public int Ordinal { get; private set; } = -1;

    /// <summary>How often the message has the lexeme.</summary>
    public int Frequency { get; private set; }

    /// <summary>Goes to the next message, if there is one.</summary>
    public bool Read()
    {
        for (; _unread > 0; _unread--)
        {
            Varint.Read(_postings, ref _offset);
        }

        if (_offset >= _postings.Length)
        {
            return false;
        }

        Ordinal += (int)Varint.Read(_postings, ref _offset);
        Frequency = _unread = (int)Varint.Read(_postings, ref _offset);
        return true;
    }

    /// <summary>The positions of the lexeme in the message, counted in words. May be called once for each message.</summary>
    public int[] ReadPositions()
    {
        var positions = new int[Frequency];
        var position = 0;
        for (var i = 0; i < positions.Length; i++)
        {
            positions[i] = position += (int)Varint.Read(_postings, ref _offset);
        }

        _unread = 0;
        return positions;
    }
}
