using System.Buffers;
using System.Text;

namespace SessionService.Infrastructure.Search;

/// <summary>Makes a segment, message by message.</summary>
/// <remarks>
/// The format, with numbers as <see cref="Varint"/>: the version; the ids of the sessions; roles and types; the messages; the dictionary in
/// ordinal order, which has of each lexeme the number of its messages and the length of its postings; the postings. A posting holds the
/// distance to the message before, how often the message has the lexeme, and the distances of the positions.
/// </remarks>
internal sealed class IndexSegmentBuilder
{
    public const byte Version = 1;

    /// <summary>The first character of lexemes of headings, which no other lexeme begins with.</summary>
    public const char HeadingMark = '\u0001';

    /// <summary>The first character of lexemes of calls of tools, which no other lexeme begins with.</summary>
    public const char CallMark = '\u0004';

    /// <summary>The lexeme of all messages with traits, which stand where the positions of others do: the format stays as it is.</summary>
    public const string TraitsMark = "\u0003";

    /// <summary>How many words of a heading are the day, which stands before the speaker.</summary>
    public const int DayWords = 3;

    private readonly List<IndexedMessage> _messages = [];
    private readonly Dictionary<string, Postings> _terms = new(StringComparer.Ordinal);

    public int Count => _messages.Count;

    /// <summary>Appends a message.</summary>
    /// <param name="message">The message. Its lengths are set here.</param>
    /// <param name="content">The lexemes of its content.</param>
    /// <param name="heading">The lexemes of its heading: the day and the speaker, for questions that name them.</param>
    /// <param name="calls">The lexemes of its calls of tools: names and arguments, for searches in calls.</param>
    public void Add(IndexedMessage message, AnalyzedText content, AnalyzedText heading, AnalyzedText calls)
    {
        var ordinal = Count;
        _messages.Add(message with { Length = content.Length, HeadingLength = heading.Length });
        foreach (var (lexeme, positions) in content.Lexemes.Concat(content.Written))
        {
            PostingsOf(lexeme).Add(ordinal, positions);
        }

        foreach (var (lexeme, positions) in heading.Lexemes)
        {
            PostingsOf(HeadingMark + lexeme).Add(ordinal, positions);
        }

        foreach (var (lexeme, positions) in calls.Lexemes.Concat(calls.Written))
        {
            PostingsOf(CallMark + lexeme).Add(ordinal, positions);
        }

        if (message.Traits != default)
        {
            PostingsOf(TraitsMark).Add(ordinal, [message.Traits.Bits]);
        }
    }

    /// <summary>Appends those messages of another segment that stay, in their order.</summary>
    public void Add(IndexSegment segment, Predicate<IndexedMessage> stays)
    {
        var ordinals = new int[segment.Messages.Count];
        for (var i = 0; i < ordinals.Length; i++)
        {
            ordinals[i] = stays(segment.Messages[i]) ? Count : -1;
            if (ordinals[i] >= 0)
            {
                _messages.Add(segment.Messages[i]);
            }
        }

        foreach (var lexeme in segment.Lexemes)
        {
            var reader = segment.Find(lexeme);
            Postings? postings = null;
            while (reader.Read())
            {
                if (ordinals[reader.Ordinal] >= 0)
                {
                    (postings ??= PostingsOf(lexeme)).Add(ordinals[reader.Ordinal], reader.ReadPositions());
                }
            }
        }
    }

    public byte[] ToBytes()
    {
        var bytes = new ArrayBufferWriter<byte>(1024);
        bytes.Write([Version]);
        var sessions = WriteTable(
            bytes,
            _messages.Select(m => m.SessionId),
            EqualityComparer<Guid>.Default,
            (output, id) => output.Write(id.ToByteArray(bigEndian: true)));
        var words = WriteTable(bytes, _messages.SelectMany(m => new[] { m.Role, m.MessageType }), StringComparer.Ordinal, WriteText);

        Varint.Write(bytes, _messages.Count);
        foreach (var message in _messages)
        {
            Varint.Write(bytes, sessions[message.SessionId]);
            // Stored segments have messages only, from 1 on. Titles, summaries and memories are in memory, where length does not matter.
            Varint.Write(bytes, message.Sequence + 1);
            bytes.Write(message.MessageId.ToByteArray(bigEndian: true));
            Varint.Write(bytes, words[message.Role]);
            Varint.Write(bytes, words[message.MessageType]);
            Varint.Write(bytes, Varint.Zigzag(message.CreatedAt));
            Varint.Write(bytes, message.Length);
            Varint.Write(bytes, message.HeadingLength);
        }

        var terms = _terms.OrderBy(term => term.Key, StringComparer.Ordinal).ToList();
        Varint.Write(bytes, terms.Count);
        foreach (var (lexeme, postings) in terms)
        {
            WriteText(bytes, lexeme);
            Varint.Write(bytes, postings.Count);
            Varint.Write(bytes, postings.Bytes.WrittenCount);
        }

        terms.ForEach(term => bytes.Write(term.Value.Bytes.WrittenSpan));
        return bytes.WrittenSpan.ToArray();
    }

    private static Dictionary<T, int> WriteTable<T>(
        ArrayBufferWriter<byte> bytes, IEnumerable<T> values, IEqualityComparer<T> comparer, Action<ArrayBufferWriter<byte>, T> write)
        where T : notnull
    {
        var table = new Dictionary<T, int>(comparer);
        foreach (var value in values)
        {
            table.TryAdd(value, table.Count);
        }

        Varint.Write(bytes, table.Count);
        foreach (var value in table.OrderBy(entry => entry.Value))
        {
            write(bytes, value.Key);
        }

        return table;
    }

    private static void WriteText(ArrayBufferWriter<byte> bytes, string text)
    {
        Varint.Write(bytes, Encoding.UTF8.GetByteCount(text));
        Encoding.UTF8.GetBytes(text, bytes);
    }

    private Postings PostingsOf(string lexeme)
    {
        if (!_terms.TryGetValue(lexeme, out var postings))
        {
            _terms.Add(lexeme, postings = new Postings());
        }

        return postings;
    }

    private sealed class Postings
    {
        private int _last = -1;

        public int Count { get; private set; }

        public ArrayBufferWriter<byte> Bytes { get; } = new(16);

        public void Add(int ordinal, ReadOnlySpan<int> positions)
        {
            Varint.Write(Bytes, ordinal - _last);
            Varint.Write(Bytes, positions.Length);
            var before = 0;
            foreach (var position in positions)
            {
                Varint.Write(Bytes, position - before);
                before = position;
            }

            _last = ordinal;
            Count++;
        }
    }
}
