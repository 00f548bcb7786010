using Microsoft.Extensions.Options;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Search;

/// <summary>Turns texts into lexemes, by PostgreSQL's dictionaries for the language that is set.</summary>
internal sealed class TextAnalyzer(IOptions<SearchOptions> options)
{
    /// <summary>The language that takes words as they are, stop words too.</summary>
    public const string AsWritten = "pg_catalog.simple";

    // Every word has a place of its own in a vector, and a vector stays below PostgreSQL's limit of 1 MiB.
    private const int MaxPiece = 32_000;

    // By hand: functions of full text search.
    private const string ToVectors =
        $"""
        SELECT tsvectorsend(to_tsvector($1::regconfig, t.text)), tsvectorsend(to_tsvector('{AsWritten}', t.text))
        FROM unnest($2) WITH ORDINALITY AS t (text, n)
        ORDER BY t.n
        """;

    private const string ToQuery = "SELECT tsquerysend(websearch_to_tsquery($1::regconfig, $2))";

    public string Language => options.Value.Language;

    /// <summary>The lexemes of each text.</summary>
    public async Task<IReadOnlyList<AnalyzedText>> AnalyzeAsync(
        Sql sql, IReadOnlyList<string> texts, CancellationToken cancellationToken)
    {
        if (texts.Count == 0)
        {
            return [];
        }

        var pieces = new List<string>(texts.Count);
        var counts = new int[texts.Count];
        for (var i = 0; i < counts.Length; i++)
        {
            counts[i] = AddPieces(pieces, SearchText.Normalize(texts[i]));
        }

        var vectors = await sql.Statement(ToVectors, Language, pieces.ToArray())
            .ListAsync(row => (row.GetFieldValue<byte[]>(0), row.GetFieldValue<byte[]>(1)), cancellationToken);
        var analyzed = new AnalyzedText[counts.Length];
        for (int i = 0, piece = 0; i < counts.Length; piece += counts[i], i++)
        {
            analyzed[i] = AnalyzedText.Read(vectors.GetRange(piece, counts[i]));
        }

        return analyzed;
    }

    /// <summary>What a prepared query in the syntax of web searches asks for; null where it asks for no word at all.</summary>
    public static async Task<TextQuery?> ParseAsync(Sql sql, string query, string language, CancellationToken cancellationToken)
    {
        var sent = await sql.Statement(ToQuery, language, query).ValueAsync<byte[]>(cancellationToken);
        return TextQuery.Read(sent!);
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
