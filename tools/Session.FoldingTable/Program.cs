using SessionService.FoldingTable;

if (args is not [var source, var target])
{
    await Console.Error.WriteLineAsync("Usage: Session.FoldingTable UnicodeData.txt folding-table.txt");
    return 2;
}

var rules = new FoldingRules(UnicodeCharacter.ReadAll(File.ReadLines(source)));
string[] lines =
[
    .. rules.Compositions.Select(pair => $"{pair.Letter:X4} {pair.Mark:X4};{pair.Composed:X4}"),
    .. rules.Ordered.Select(mark => $"{mark.Mark:X4}@{mark.Class}"),
    .. rules.Removed.Select(range => $"{range.First:X4}..{range.Last:X4}"),
    .. rules.Replaced.Select(folding => $"{folding.CodePoint:X4};{string.Join(' ', folding.Folded.EnumerateRunes().Select(rune => $"{rune.Value:X4}"))}"),
];
await File.WriteAllTextAsync(target, string.Join('\n', lines) + "\n");
Console.WriteLine($"{lines.Length} lines");
return 0;
