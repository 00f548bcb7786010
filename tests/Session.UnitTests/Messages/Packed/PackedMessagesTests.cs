using SessionService.Application.Messages;
using SessionService.Infrastructure.Messages.Packed;

namespace SessionService.UnitTests.Messages.Packed;

public sealed class PackedMessagesTests
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 40)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Whatever_is_packed_comes_out_as_it_was(int seed)
    {
        var random = new Random(seed);
        var first = random.NextInt64(1, long.MaxValue / 2);
        var messages = new RandomMessages(seed).Next(1 + random.Next(300), first);

        var packed = PackedMessagesBuilder.Build(messages, level: 1 + random.Next(6));

        Assert.Equal((first, first + messages.Length - 1), (packed.FirstSequence, packed.LastSequence));
        using var part = new PackedPart(packed.FirstSequence, after: 0, long.MaxValue, packed.IdEnds, packed.Body);
        AssertSame(messages, part.Rows());
        AssertSame(messages.Reverse(), part.Rows(isDescending: true));
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void A_part_of_a_segment_is_read_without_the_rest(int seed)
    {
        var random = new Random(seed);
        var messages = new RandomMessages(seed).Next(200, firstSequence: 1_001);
        var packed = PackedMessagesBuilder.Build(messages, level: 1);
        var (from, count) = (random.Next(200), 1 + random.Next(200));
        var wanted = messages.Skip(from).Take(count).ToArray();

        using var part = new PackedPart(packed.FirstSequence, after: 1_000 + from, last: 1_000 + from + count, packed.IdEnds, packed.Body);

        AssertSame(wanted, part.Rows());
        var filter = new MessageFilter(new MessageSelection { Order = MessageOrder.OldestFirst, Role = "user", MessageType = "chat", Take = 1 });
        AssertSame(
            wanted.Where(message => message.Role.Span.SequenceEqual("user"u8) && message.MessageType.Span.SequenceEqual("chat"u8) && message.Sequence is > 1_050 and < 1_150),
            part.Choose(filter, after: 1_050, before: 1_150));
    }

    [Fact]
    public void Kinds_are_counted()
    {
        var messages = new RandomMessages(seed: 7).Next(500, firstSequence: 1);

        var packed = PackedMessagesBuilder.Build(messages, level: 1);

        var counted = packed.Roles.Zip(packed.MessageTypes, packed.Counts).ToDictionary(kind => (kind.First, kind.Second), kind => kind.Third);
        Assert.Equal(
            messages.CountBy(message => (Text(message.Role), Text(message.MessageType))).ToDictionary(),
            counted);
    }

    [Fact]
    public void Messages_that_do_not_follow_each_other_are_no_segment()
    {
        var builder = new PackedMessagesBuilder();
        var messages = new RandomMessages(seed: 1).Next(3, firstSequence: 1);
        builder.Add(messages[0]);

        Assert.Throws<InvalidOperationException>(() => builder.Add(messages[2]));
    }

    [Fact]
    public void A_body_that_was_garbled_is_not_taken_for_messages()
    {
        var packed = PackedMessagesBuilder.Build(new RandomMessages(seed: 3).Next(50, firstSequence: 1), level: 3);

        Assert.Throws<InvalidDataException>(() => new UnpackedMessages([3, .. packed.Body[1..]]));
        Assert.ThrowsAny<Exception>(() => new UnpackedMessages(packed.Body.AsSpan(..^10)));
    }

    private static void AssertSame(IEnumerable<MessageRow> expected, IEnumerable<MessageRow> actual) =>
        Assert.Equal(expected.Select(Readable), actual.Select(Readable));

    private static object Readable(MessageRow row) => (
        row.Sequence, row.MessageId, Text(row.Role), Text(row.Content), Text(row.MessageType), Text(row.Metadata), row.TokensUsed, row.CostUsd, row.CreatedAt,
        row.RedactedAt, (Text(row.Parts), Text(row.Name), Text(row.Status)));

    private static string Text(ReadOnlyMemory<byte> utf8) => System.Text.Encoding.UTF8.GetString(utf8.Span);
}
