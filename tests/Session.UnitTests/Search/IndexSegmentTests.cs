using SessionService.Application.MemorySearch.Ranking;
using SessionService.Infrastructure.Search;

namespace SessionService.UnitTests.Search;

public sealed class IndexSegmentTests
{
    private static readonly Guid Session = Guid.NewGuid();

    [Fact]
    public void A_segment_is_read_as_it_was_written()
    {
        var message = Message(sequence: 7) with { CreatedAt = -5, MessageType = "über" };
        var segment = Segment((message, "pear apple apple", "8 may"));

        Assert.Equal([message with { Length = 3, HeadingLength = 2 }], segment.Messages);
        Assert.Equal(1, segment.CountOf("apple"));
        Assert.Equal(0, segment.CountOf("may"));
        Assert.Equal(1, segment.CountOf(IndexSegmentBuilder.HeadingMark + "may"));
        var postings = segment.Find("apple");
        Assert.True(postings.Read());
        Assert.Equal((0, 2), (postings.Ordinal, postings.Frequency));
        Assert.Equal([2, 3], postings.ReadPositions());
        Assert.False(postings.Read());
        Assert.False(segment.Find("nothing").Read());
    }

    [Fact]
    public void Merged_segments_hold_the_messages_that_stay_in_their_order()
    {
        var first = Segment((Message(1), "apple", ""), (Message(2), "apple pear", ""));
        var second = Segment((Message(3), "pear", ""), (Message(4), "pear apple", ""));
        var builder = new IndexSegmentBuilder();
        builder.Add(first, stays: message => message.Sequence != 1);
        builder.Add(second, stays: _ => true);

        var merged = IndexSegment.Read(Guid.NewGuid(), builder.ToBytes());

        Assert.Equal([2L, 3, 4], merged.Messages.Select(message => message.Sequence));
        Assert.Equal([(0, 1), (2, 2)], Postings(merged, "apple"));
        Assert.Equal([(0, 2), (1, 1), (2, 1)], Postings(merged, "pear"));
    }

    [Fact]
    public void Traits_stay_with_their_messages_and_are_no_words()
    {
        var traits = new MessageTraits(200);
        var first = Segment((Message(1) with { Traits = traits }, "apple", ""), (Message(2), "apple", ""), (Message(3) with { Traits = new MessageTraits(1) }, "apple", ""));
        var builder = new IndexSegmentBuilder();
        builder.Add(first, stays: message => message.Sequence != 1);
        builder.Add(Segment((Message(4) with { Traits = traits }, "apple", "")), stays: _ => true);

        var merged = IndexSegment.Read(Guid.NewGuid(), builder.ToBytes());

        Assert.Equal<byte>([200, 0, 1], first.Messages.Select(message => message.Traits.Bits));
        Assert.Equal<byte>([0, 1, 200], merged.Messages.Select(message => message.Traits.Bits));
        Assert.Equal(3, merged.CountOf("apple"));
    }

    [Fact]
    public void A_segment_of_another_version_is_refused()
    {
        var data = new IndexSegmentBuilder().ToBytes();
        data[0]++;

        Assert.Throws<InvalidDataException>(() => IndexSegment.Read(Guid.NewGuid(), data));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(127)]
    [InlineData(128)]
    [InlineData(long.MaxValue)]
    [InlineData(-1)]
    [InlineData(long.MinValue)]
    public void Numbers_of_every_size_are_read_as_they_were_written(long number)
    {
        var bytes = new System.Buffers.ArrayBufferWriter<byte>();
        Varint.Write(bytes, number);
        Varint.Write(bytes, Varint.Zigzag(number));

        var offset = 0;
        Assert.Equal(number, Varint.Read(bytes.WrittenSpan, ref offset));
        Assert.Equal(number, Varint.Unzigzag(Varint.Read(bytes.WrittenSpan, ref offset)));
        Assert.Equal(bytes.WrittenCount, offset);
    }

    private static List<(int Ordinal, int FirstPosition)> Postings(IndexSegment segment, string lexeme)
    {
        var found = new List<(int, int)>();
        var postings = segment.Find(lexeme);
        while (postings.Read())
        {
            found.Add((postings.Ordinal, postings.ReadPositions()[0]));
        }

        return found;
    }

    private static IndexSegment Segment(params (IndexedMessage Message, string Content, string Heading)[] messages)
    {
        var builder = new IndexSegmentBuilder();
        foreach (var (message, content, heading) in messages)
        {
            builder.Add(message, Text(content), Text(heading), AnalyzedText.Empty);
        }

        return IndexSegment.Read(Guid.NewGuid(), builder.ToBytes());
    }

    private static AnalyzedText Text(string words)
    {
        var all = words.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var lexemes = all.Select((word, i) => (word, Position: i + 1)).GroupBy(word => word.word, word => word.Position);
        return new AnalyzedText([.. lexemes.Select(lexeme => new Lexeme(lexeme.Key, [.. lexeme]))], all.Length);
    }

    private static IndexedMessage Message(long sequence) =>
        new(Session, sequence, Guid.NewGuid(), "user", "chat", CreatedAt: 1_700_000_000_000_000, Length: 0, HeadingLength: 0);
}
