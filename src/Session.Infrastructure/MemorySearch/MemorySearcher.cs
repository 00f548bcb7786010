using System.Data;
using Microsoft.Extensions.Options;
using Npgsql;
using SessionService.Application.MemorySearch;
using SessionService.Application.MemorySearch.Ranking;
using SessionService.Infrastructure.Embeddings;
using SessionService.Infrastructure.Search;

namespace SessionService.Infrastructure.MemorySearch;

/// <summary>Answers a question: all sources are read in one snapshot and ranked together.</summary>
internal sealed class MemorySearcher(
    NpgsqlDataSource dataSource,
    SearchCatchUp catchUp,
    MessageIndexer indexer,
    IEnumerable<IPassageSource> sources,
    QuestionEmbedding embedding,
    IOptions<MemorySearchOptions> options) : IMemorySearch
{
    public async Task<SearchMemoriesResponse> SearchAsync(MemoryQuestion question, CancellationToken cancellationToken)
    {
        // What may take time comes first: no connection is held meanwhile.
        var asked = await embedding.EmbedAsync(question.Query, cancellationToken);
        await catchUp.RunAsync(question.UserId, cancellationToken);
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        var analysed = await AnalysedQuestion.AnalyseAsync(indexer, connection, question.Query, cancellationToken);
        var opened = new List<(string, OpenedSource)>();
        foreach (var source in sources.Where(source => question.Sources.Contains(source.Name, StringComparer.Ordinal)))
        {
            opened.Add((source.Name, await source.OpenAsync(connection, question, analysed, cancellationToken)));
        }

        var passages = new JoinedPassages(opened);
        var field = passages.ToField(analysed.Lexemes, Vectors(asked, analysed, passages));
        var ranked = PassageRanking.Rank(field, options.Value.Weights, question.TopK);
        return new SearchMemoriesResponse
        {
            Query = question.Query,
            Degraded = asked.IsDegraded,
            Results = await passages.ReadAsync(ranked, cancellationToken),
        };
    }

    // What a better model has not come to yet is compared by the embedded one; where the better one cannot be asked, by words alone.
    private static IReadOnlyList<QuestionVector> Vectors(EmbeddedQuestion asked, AnalysedQuestion analysed, JoinedPassages passages) =>
        asked.IsDegraded
            ? []
            : [.. asked.Vectors, new QuestionVector(EmbeddedModel.Name, StaticEmbedding.Shipped.Embed(analysed.Text, word => passages.Idf(analysed.Words[word])))];
}
