using System.Globalization;
using System.Text.RegularExpressions;
using SessionService.IntegrationTests.Gateway;

namespace SessionService.IntegrationTests.Documentation;

/// <summary>A page of the documentation, by the parts that tests look at.</summary>
internal sealed partial class Page
{
    private readonly string[] _lines;

    private Page(string file, string[] lines)
    {
        File = file;
        _lines = lines;
    }

    public static string Root => Path.GetFullPath(GatewayProcess.FileOf("Repository"));

    /// <summary>The path in the repository.</summary>
    public string File { get; }

    [GeneratedRegex(
        "^`(?<status>[0-9]{3}) [^`]+`(, `(?<header>[^`]+)`)*(?<part>, in part)?(?<body>:)?$",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        60_000)]
    private static partial Regex AnswerLine { get; }

    [GeneratedRegex("(?<!!)\\[[^\\]]*\\]\\((?<target>[^)\\s]+)\\)", RegexOptions.CultureInvariant, 60_000)]
    private static partial Regex Link { get; }

    [GeneratedRegex("`[^`]*`", RegexOptions.CultureInvariant, 60_000)]
    private static partial Regex Code { get; }

    [GeneratedRegex("[A-Za-z][A-Za-z0-9]*\\.cs(?![A-Za-z0-9])", RegexOptions.CultureInvariant, 60_000)]
    private static partial Regex SourceFile { get; }

    [GeneratedRegex("[^\\p{L}\\p{N} _-]", RegexOptions.CultureInvariant, 60_000)]
    private static partial Regex NotInAnchors { get; }

    public static Page Read(string file) => new(file, System.IO.File.ReadAllLines(Path.Combine(Root, file)));

    public static Page Of(string text) => new("page.md", text.ReplaceLineEndings("\n").Split('\n'));

    /// <summary>Every page of the repository.</summary>
    public static IEnumerable<string> All() =>
        new[] { "docs", "deploy", "src", "tests", "benchmarks", "tools" }
            .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Root, folder), "*.md", SearchOption.AllDirectories))
            .Concat(Directory.EnumerateFiles(Root, "*.md"))
            .Select(file => Path.GetRelativePath(Root, file).Replace('\\', '/'))
            .Where(file => !file.Split('/').Any(folder => folder is "bin" or "obj"))
            .Order(StringComparer.Ordinal);

    public int Length => _lines.Length;

    /// <summary>The shell scripts of the page, each with the answer that follows it.</summary>
    /// <exception cref="FormatException">A curl command stands where this test does not look for one, or nothing says how it is answered.</exception>
    public IEnumerable<(int Line, string Script, ExpectedAnswer? Answer)> Scripts()
    {
        foreach (var block in Blocks())
        {
            var hasCurl = block.Text.Split('\n').Any(line => line.StartsWith("curl ", StringComparison.Ordinal));
            if (hasCurl && block.Language != "sh")
            {
                throw new FormatException($"{File}:{block.Line}: a block with curl is marked as sh.");
            }

            if (block.Language == "sh")
            {
                yield return (block.Line, block.Text, hasCurl ? AnswerAfter(block) : null);
            }
        }
    }

    /// <summary>The links to other places of the repository, with the lines that they stand in.</summary>
    public IEnumerable<(int Line, string Target)> Links() =>
        from line in Prose()
        from link in Link.Matches(Code.Replace(line.Text, match => new string('x', match.Length)))
        let target = link.Groups["target"].Value
        where !target.Contains("://", StringComparison.Ordinal) && !target.StartsWith("mailto:", StringComparison.Ordinal)
        select (line.Number, target);

    /// <summary>The names of source files that the page mentions, with the lines that they stand in.</summary>
    public IEnumerable<(int Line, string Name)> SourceFiles() =>
        _lines.SelectMany((text, i) => SourceFile.Matches(text).Select(match => (i + 1, match.Value)));

    /// <summary>The names by which a link leads to a heading, as the forges make them.</summary>
    public IReadOnlySet<string> Anchors()
    {
        var anchors = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (_, text) in Prose().Where(line => line.Text.StartsWith('#')))
        {
            var heading = text.TrimStart('#').Trim().ToLowerInvariant();
            var anchor = NotInAnchors.Replace(heading, "").Replace(' ', '-');
            var name = anchor;
            for (var i = 1; !anchors.Add(name); i++)
            {
                name = $"{anchor}-{i.ToString(CultureInfo.InvariantCulture)}";
            }
        }

        return anchors;
    }

    private ExpectedAnswer AnswerAfter(Block script)
    {
        var at = NextLine(script.End);
        var line = at < _lines.Length ? AnswerLine.Match(_lines[at]) : Match.Empty;
        if (!line.Success)
        {
            throw new FormatException($"{File}:{script.Line}: after a curl a line says how it is answered, as `200 OK`: followed by the body.");
        }

        var body = line.Groups["body"].Success ? Blocks().FirstOrDefault(block => block.Start == NextLine(at + 1)) : null;
        if (line.Groups["body"].Success && body is null)
        {
            throw new FormatException($"{File}:{at + 1}: a block with the body is missing.");
        }

        return new ExpectedAnswer(
            int.Parse(line.Groups["status"].Value, CultureInfo.InvariantCulture),
            [.. line.Groups["header"].Captures.Select(header => header.Value.Split(": ", 2)).Select(header => (header[0], header[1]))],
            line.Groups["part"].Success,
            body?.Language,
            body?.Text ?? "");
    }

    private int NextLine(int from)
    {
        while (from < _lines.Length && _lines[from].Length == 0)
        {
            from++;
        }

        return from;
    }

    private IEnumerable<(int Number, string Text)> Prose()
    {
        var blocks = Blocks().ToList();
        return _lines.Select((text, i) => (Number: i + 1, Text: text))
            .Where(line => !blocks.Any(block => block.Start < line.Number && line.Number <= block.End));
    }

    private IEnumerable<Block> Blocks()
    {
        const string Fence = "```";
        for (var start = 0; start < _lines.Length; start++)
        {
            if (_lines[start].StartsWith(Fence, StringComparison.Ordinal))
            {
                var end = Array.IndexOf(_lines, Fence, start + 1);
                yield return end > 0
                    ? new Block(start, end + 1, _lines[start][Fence.Length..], string.Join('\n', _lines[(start + 1)..end]))
                    : throw new FormatException($"{File}:{start + 1}: the block is not closed.");
                start = end;
            }
        }
    }

    /// <summary>A fenced block: the line with its fence, the line after it, both from 0, its language and its text.</summary>
    private sealed record Block(int Start, int End, string Language, string Text)
    {
        public int Line => Start + 1;
    }
}
