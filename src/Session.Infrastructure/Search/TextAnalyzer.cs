using System.Text;
using Microsoft.Extensions.Options;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Search;

/// <summary>Turns texts into lexemes, by PostgreSQL's dictionaries for the language that is set.</summary>
internal sealed class TextAnalyzer(IOptions<SearchOptions> options)
{
    // Every word has a place of its own in a vector, and a vector stays below PostgreSQL's limit of 1 MiB.
    private const int MaxPiece = 32_000;

    private const string Decompose =
        "SELECT normalize(t.text, NFKD) FROM unnest($1) WITH ORDINALITY AS t (text, n) ORDER BY t.n";

    // Composed again, as the dictionaries have their words.
    private const string ToVectors =
        """
        SELECT tsvectorsend(to_tsvector($1::regconfig, normalize(t.text, NFC)))
        FROM unnest($2) WITH ORDINALITY AS t (text, n)
        ORDER BY t.n
        """;

    private const string ToQuery = "SELECT tsquerysend(websearch_to_tsquery($1::regconfig, normalize($2, NFC)))";

    public string Language => options.Value.Language;

    /// <summary>The lexemes of each text.</summary>
    public async Task<IReadOnlyList<AnalyzedText>> AnalyzeAsync(
        Sql sql, IReadOnlyList<string> texts, CancellationToken cancellationToken)
    {
        if (texts.Count == 0)
        {
            return [];
        }

        var decomposed = await DecomposeAsync(sql, texts, cancellationToken);
        var pieces = new List<string>(texts.Count);
        var counts = new int[texts.Count];
        for (var i = 0; i < counts.Length; i++)
        {
            counts[i] = AddPieces(pieces, SearchText.Normalize(decomposed[i]));
        }

        var vectors = await sql.Statement(ToVectors, Language, pieces.ToArray())
            .ListAsync(row => row.GetFieldValue<byte[]>(0), cancellationToken);
        var analyzed = new AnalyzedText[counts.Length];
        for (int i = 0, piece = 0; i < counts.Length; piece += counts[i], i++)
        {
            analyzed[i] = AnalyzedText.Read(vectors.GetRange(piece, counts[i]));
        }

        return analyzed;
    }

    /// <summary>What a query in the syntax of web searches asks for; null where it asks for no word at all.</summary>
    public async Task<TextQuery?> ParseAsync(Sql sql, string query, CancellationToken cancellationToken)
    {
        var decomposed = await DecomposeAsync(sql, [query], cancellationToken);
        var sent = await sql.Statement(ToQuery, Language, SearchQueryText.Normalize(decomposed[0])).ValueAsync<byte[]>(cancellationToken);
        return TextQuery.Read(sent!);
    }

    private static async Task<IReadOnlyList<string>> DecomposeAsync(
        Sql sql, IReadOnlyList<string> texts, CancellationToken cancellationToken)
    {
        var others = texts.Where(text => !Ascii.IsValid(text)).ToList();
        if (others.Count == 0)
        {
            return texts;
        }

        var decomposed = await sql.Statement(Decompose, others.ToArray())
            .ListAsync(row => row.GetString(0), cancellationToken);
        var next = 0;
        return [.. texts.Select(text => Ascii.IsValid(text) ? text : decomposed[next++])];
    }

    private static int AddPieces(List<string> pieces, string words)
    {
        var count = 1;
        while (words.Length > MaxPiece)
        {
            // A word longer than PostgreSQL indexes may be cut.
            var end = words.LastIndexOf(' ', MaxPiece);
            end = end <= 0 ? MaxPiece : end;
            pieces.Add(words[..end]);
            words = words[end..];
            count++;
        }

        pieces.Add(words);
        return count;
    }
}
