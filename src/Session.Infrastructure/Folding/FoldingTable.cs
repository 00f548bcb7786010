using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace SessionService.Infrastructure.Folding;

/// <summary>
/// The shipped table of foldings, made from the Unicode Character Database by <c>tools/Session.FoldingTable</c>. Each line is one of
/// these, with code points in hexadecimal digits: <c>00DF;0073 0073</c>, what a character is folded to; <c>0300..0344</c>, characters that
/// are folded to nothing; <c>0438 0306;0439</c>, a letter and a mark that make another letter; <c>0E38@103</c>, a mark that is kept, with
/// its canonical combining class.
/// </summary>
internal sealed class FoldingTable
{
    private const string Resource = "SessionService.Infrastructure.Folding.folding-table.txt";
    private const int PageBits = 8;
    private const int PageSize = 1 << PageBits;

    // By the upper bits of a code point, then by the lower ones: most pages are empty.
    private readonly string?[]?[] _pages = new string?[]?[(0x10FFFF >> PageBits) + 1];
    private readonly FrozenDictionary<(char Letter, char Mark), char> _compositions;
    private readonly FrozenDictionary<char, byte> _classes;

    private FoldingTable(IEnumerable<string> lines)
    {
        var compositions = new Dictionary<(char, char), char>();
        var classes = new Dictionary<char, byte>();
        foreach (var line in lines)
        {
            if (line.Split('@') is [var mark, var order])
            {
                classes.Add((char)Hex(mark), byte.Parse(order, CultureInfo.InvariantCulture));
            }
            else if (line.Split("..") is [var first, var last])
            {
                for (var i = Hex(first); i <= Hex(last); i++)
                {
                    Set(i, "");
                }
            }
            else if (line.Split(';') is [var from, var to])
            {
                if (from.Split(' ') is [var letter, var composing])
                {
                    compositions.Add(((char)Hex(letter), (char)Hex(composing)), (char)Hex(to));
                }
                else
                {
                    Set(Hex(from), string.Concat(to.Split(' ').Select(one => char.ConvertFromUtf32(Hex(one)))));
                }
            }
        }

        (_compositions, _classes) = (compositions.ToFrozenDictionary(), classes.ToFrozenDictionary());
    }

    /// <summary>Read when it is first needed.</summary>
    public static FoldingTable Shipped { get; } = new(ReadShipped());

    /// <summary>What a character is folded to; <see langword="null"/> where that is the character itself.</summary>
    public string? Find(Rune rune) => _pages[rune.Value >> PageBits]?[rune.Value & (PageSize - 1)];

    /// <summary>The letter that a letter and a mark make together, if they make one.</summary>
    public bool TryCompose(char letter, char mark, out char composed) => _compositions.TryGetValue((letter, mark), out composed);

    /// <summary>The canonical combining class of a mark that is kept; 0 for everything else.</summary>
    public int ClassOf(char mark) => _classes.GetValueOrDefault(mark);

    private void Set(int codePoint, string folded) =>
        (_pages[codePoint >> PageBits] ??= new string?[PageSize])[codePoint & (PageSize - 1)] = folded;

    private static int Hex(string text) => int.Parse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private static IEnumerable<string> ReadShipped()
    {
        using var stream = typeof(FoldingTable).Assembly.GetManifestResourceStream(Resource)
            ?? throw new InvalidOperationException($"{Resource} is missing from the assembly.");
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
        {
            yield return line;
        }
    }
}
