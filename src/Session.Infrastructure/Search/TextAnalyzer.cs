using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;
using SessionService.Infrastructure.Writes;

namespace SessionService.Infrastructure.Search;

/// <summary>Turns texts into lexemes, by PostgreSQL's dictionaries for the language that is set.</summary>
internal sealed class TextAnalyzer(IOptions<SearchOptions> options)
{
    // Every word has a place of its own in a vector, and a vector stays below PostgreSQL's limit of 1 MiB.
    private const int MaxPiece = 32_000;

    private const string ToVectors =
        """
        SELECT tsvectorsend(to_tsvector($1::regconfig, t.text))
        FROM unnest($2) WITH ORDINALITY AS t (text, n)
        ORDER BY t.n
        """;

    private const string ToQuery = "SELECT tsquerysend(websearch_to_tsquery($1::regconfig, $2))";

    public string Language => options.Value.Language;

    /// <summary>The lexemes of each text.</summary>
    public async Task<IReadOnlyList<AnalyzedText>> AnalyzeAsync(
        NpgsqlConnection connection, IReadOnlyList<string> texts, CancellationToken cancellationToken)
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

        var vectors = await ReadAllAsync(connection, ToVectors, cancellationToken, Text(Language), Texts(pieces));
        var analyzed = new AnalyzedText[counts.Length];
        for (int i = 0, piece = 0; i < counts.Length; piece += counts[i], i++)
        {
            analyzed[i] = AnalyzedText.Read(vectors.GetRange(piece, counts[i]));
        }

        return analyzed;
    }

    /// <summary>What a query in the syntax of web searches asks for; null where it asks for no word at all.</summary>
    public async Task<TextQuery?> ParseAsync(NpgsqlConnection connection, string query, CancellationToken cancellationToken)
    {
        var sent = await ReadAllAsync(
            connection, ToQuery, cancellationToken, Text(Language), Text(SearchQueryText.Normalize(query)));
        return TextQuery.Read(sent[0]);
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

    private static async Task<List<byte[]>> ReadAllAsync(
        NpgsqlConnection connection, string sql, CancellationToken cancellationToken, params NpgsqlParameter[] parameters)
    {
#pragma warning disable CA2100 // One of two constant texts.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        command.Parameters.AddRange(parameters);
        await command.PrepareAsync(cancellationToken);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<byte[]>();
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(reader.GetFieldValue<byte[]>(0));
        }

        return rows;
    }

    private static NpgsqlParameter<string> Text(string text) => new() { TypedValue = text };

    private static NpgsqlParameter<string[]> Texts(IReadOnlyList<string> texts) => ArrayParameter.Of(texts, text => text, NpgsqlDbType.Text);
}
