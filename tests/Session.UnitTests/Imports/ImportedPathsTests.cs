using SessionService.Application.Exports;
using SessionService.Application.Imports;
using SessionService.Application.Json;
using SessionService.Application.Messages;

namespace SessionService.UnitTests.Imports;

public sealed class ImportedPathsTests
{
    [Fact]
    public void A_path_of_a_line_is_read_as_it_was_written()
    {
        var path = new MessagePath([new NumberRange(1, 2), new NumberRange(5, 5)]);

        Assert.Equal("[[1,2],[5,5]]", BranchLine.Text(path).Value);
        Assert.Equal(path.Ranges, BranchLine.Read(BranchLine.Text(path))!.Ranges);
        Assert.Empty(BranchLine.Read(new JsonText("[]"))!.Ranges);
    }

    [Fact]
    public void A_path_has_at_most_ten_thousand_ranges()
    {
        var longest = new MessagePath(Enumerable.Range(0, 10_000).Select(n => new NumberRange((2 * n) + 1, (2 * n) + 1)));

        Assert.NotNull(BranchLine.Read(BranchLine.Text(longest)));
        Assert.Null(BranchLine.Read(BranchLine.Text(new MessagePath([.. longest.Ranges, new NumberRange(30_000, 30_000)]))));
    }

    [Fact]
    public void Numbers_of_a_file_are_found_in_the_session_where_lines_were_skipped_or_stored_later()
    {
        var numbers = new ImportedNumbers();
        numbers.AddSame(2);
        numbers.Skip(3);
        numbers.Add(4, 3);
        numbers.Add(5, 9);
        numbers.Add(6, 10);

        Assert.Equal([new NumberRange(1, 3), new NumberRange(9, 10)], Find(1, 6)!);
        Assert.Equal([new NumberRange(9, 9)], Find(5, 5)!);
        Assert.Empty(Find(3, 3)!);
        Assert.Null(Find(1, 7));
        numbers.Add(7, 4);
        Assert.Null(Find(1, 7));

        IReadOnlyList<NumberRange>? Find(long first, long last) => numbers.Find(new MessagePath([new NumberRange(first, last)]))?.Ranges;
    }

    [Fact]
    public void Messages_of_a_document_are_put_in_the_order_of_their_numbers()
    {
        var session = Guid.NewGuid();
        var lines = new OrderedLines();
        ImportLine[] given =
        [
            Message(3, isOffPath: true), Message(4, isOffPath: true), Message(7, isOffPath: true),
            Message(1), Message(2), Message(5), Message(6), new ValidLine<BranchLine>(8, new BranchLine()),
        ];

        var ordered = given.SelectMany(lines.Take).Concat(lines.End()).ToList();

        Assert.Equal([1, 2, 3, 4, 5, 6, 7], ordered.SkipLast(1).Select(line => ((ValidLine<MessageLine>)line).Content.Sequence!.Value));
        Assert.IsType<ValidLine<BranchLine>>(ordered[^1]);

        ValidLine<MessageLine> Message(int number, bool isOffPath = false) =>
            new(number, new MessageLine { SessionId = session, Sequence = number, IsOffPath = isOffPath });
    }
}
