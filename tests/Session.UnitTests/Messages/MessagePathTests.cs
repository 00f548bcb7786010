using SessionService.Application.Messages;

namespace SessionService.UnitTests.Messages;

public sealed class MessagePathTests
{
    // 1, 2, 3, 7, 10, 11
    private static readonly MessagePath Path = new([new NumberRange(1, 3), new NumberRange(7, 7), new NumberRange(10, 11)]);

    private static readonly long[] Numbers = [1, 2, 3, 7, 10, 11];

    [Fact]
    public void Positions_and_numbers_lead_to_each_other()
    {
        Assert.Equal(Numbers, Enumerable.Range(1, 6).Select(position => Path.NumberAt(position)));
        Assert.Equal([1, 2, 3, 4, 5, 6], Numbers.Select(Path.CountThrough));
        Assert.Equal([0, 3, 4, 6], new long[] { 0, 5, 9, 100 }.Select(Path.CountThrough));
        Assert.Equal(6, Path.Count);
        Assert.Equal(11, Path.Last);
    }

    [Fact]
    public void Only_numbers_within_the_ranges_are_on_the_path() =>
        Assert.Equal(Numbers, Enumerable.Range(0, 14).Select(number => (long)number).Where(Path.Contains));

    [Fact]
    public void Neighbours_lie_across_gaps()
    {
        Assert.Equal([2, 3, 7, 10, 11], Numbers.SkipLast(1).Select(Path.Next));
        Assert.Equal([0, 1, 2, 3, 7, 10], Numbers.Select(Path.Previous));
    }

    [Fact]
    public void A_page_of_positions_is_a_few_ranges()
    {
        for (var after = 0; after <= 6; after++)
        {
            for (var last = after; last <= 6; last++)
            {
                var found = Path.At(after, last).SelectMany(range => Enumerable.Range((int)range.First, (int)range.Count));
                Assert.Equal(Numbers[after..last], found.Select(number => (long)number));
            }
        }
    }

    [Fact]
    public void A_path_is_cut_at_a_number()
    {
        Assert.Equal([new NumberRange(1, 2)], Path.Through(2).Ranges);
        Assert.Equal([new NumberRange(1, 3)], Path.Through(5).Ranges);
        Assert.Equal(Path.Ranges, Path.Through(11).Ranges);
        Assert.Empty(Path.Through(0).Ranges);
        Assert.Equal(0, Path.Through(0).Last);
        Assert.Equal([new NumberRange(1, 9)], MessagePath.Whole.Through(9).Ranges);
    }

    [Fact]
    public void All_numbers_are_on_the_whole_path()
    {
        Assert.True(MessagePath.Whole.IsWhole);
        Assert.False(MessagePath.Whole.Through(9).IsWhole);
        Assert.Equal(5, MessagePath.Whole.CountBetween(3, 8));
        Assert.Equal(long.MaxValue, MessagePath.Whole.CountThrough(long.MaxValue));
    }
}
