using System.Buffers.Binary;
using System.Text;
using SessionService.Infrastructure.Search;

namespace SessionService.UnitTests.Search;

public sealed class SegmentMatcherTests
{
    private const int Repetitions = 40;

    [Theory]
    [InlineData(1, 2_000)]
    [InlineData(Repetitions, 2_000)]
    [InlineData(Repetitions + 1, 0)]
    [InlineData(500, 0)]
    public void A_phrase_of_one_word_over_and_over_is_soon_looked_for(int words, int found)
    {
        var builder = new IndexSegmentBuilder();
        for (var sequence = 1; sequence <= 2_000; sequence++)
        {
            var message = new IndexedMessage(Guid.Empty, sequence, Guid.Empty, "user", "chat", CreatedAt: 0, Length: 0, HeadingLength: 0);
            builder.Add(message, new AnalyzedText([new Lexeme("a", [.. Enumerable.Range(1, Repetitions)])], Repetitions), AnalyzedText.Empty, AnalyzedText.Empty);
        }

        // Far more than it needs; to try every combination would take hours.
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        var matches = 0;
        new SegmentMatcher(IndexSegment.Read(Guid.Empty, builder.ToBytes()), Phrase(words), patience.Token).Match((_, _) => matches++);

        Assert.Equal(found, matches);
    }

    /// <summary>As <c>tsquerysend</c> sends it: operators before their operands, the right one first.</summary>
    private static TextQuery Phrase(int words)
    {
        byte[] word = [1, 0, 0, .. Encoding.UTF8.GetBytes("a"), 0];
        byte[] follows = [2, 4, 0, 1];
        var sent = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(sent, (2 * words) - 1);
        return TextQuery.Read([.. sent, .. Enumerable.Repeat<byte[]>([.. follows, .. word], words - 1).SelectMany(bytes => bytes), .. word])!;
    }
}
