using Microsoft.Extensions.Options;
using SessionService.Application.MemorySearch;
using SessionService.Application.MemorySearch.Ranking;
using SessionService.Infrastructure.Embeddings;
using SessionService.Infrastructure.Persistence;
using SessionService.Infrastructure.Search;

namespace SessionService.Infrastructure.MemorySearch;

/// <summary>Answers a question from the passages of all sources, read in one snapshot and ranked together.</summary>
internal sealed class MemorySearcher(
    Database database,
    SearchCatchUp catchUp,
    MessageIndexer indexer,
    IEnumerable<IPassageSource> sources,
    QuestionEmbedding embedding,
    IOptions<MemorySearchOptions> options) : IMemorySearch
{
    public async Task<SearchMemoriesResponse> SearchAsync(MemoryQuestion question, CancellationToken cancellationToken)
    {
        // These may take long, and come first: the search holds no connection meanwhile.
        var asked = await embedding.EmbedAsync(question.Query, cancellationToken);
        await catchUp.RunAsync(question.UserId, cancellationToken);
        return await database.ReadSnapshotAsync(sql => SearchAsync(sql, question, asked, cancellationToken), cancellationToken);
    }

    private async Task<SearchMemoriesResponse> SearchAsync(
        Sql sql, MemoryQuestion question, EmbeddedQuestion asked, CancellationToken cancellationToken)
    {
        var analysed = await AnalysedQuestion.AnalyseAsync(indexer, sql, question.Query, options.Value.AskingWords, cancellationToken);
        var opened = new List<(string, OpenedSource)>();
        foreach (var source in sources.Where(source => question.Sources.Contains(source.Name, StringComparer.Ordinal)))
        {
            opened.Add((source.Name, await source.OpenAsync(sql, question, analysed, cancellationToken)));
        }

        var passages = new JoinedPassages(opened);
        var field = passages.ToField(analysed, Vectors(asked, analysed, passages), asked.BySentences);
        var isSpread = question.Mode == MemorySearchModes.Spread;
        var ranked = PassageRanking.Rank(
            field,
            QuestionTraits.Of(question.Query),
            options.Value.Weights,
            isSpread ? TimeSpread.Candidates : question.TopK + MemoryAnswer.Reserve);
        return new SearchMemoriesResponse
        {
            Query = question.Query,
            Degraded = asked.IsDegraded,
            Results = await new MemoryAnswer(passages, field, question.TopK).ReadAsync(
                isSpread ? TimeSpread.Choose(ranked, field, passages.TimeOf, question.TopK) : ranked, cancellationToken),
        };
    }

    // Passages without a vector of the better model are compared by the embedded model; where the better model does not answer, by words
    // alone.
    private static IReadOnlyList<QuestionVector> Vectors(EmbeddedQuestion asked, AnalysedQuestion analysed, JoinedPassages passages)
    {
        if (asked.IsDegraded)
        {
            return [];
        }

        var embedded = StaticEmbedding.Shipped.Embed(analysed.Text, word => passages.Idf(analysed.Words[word]));
        return [.. asked.Vectors, new QuestionVector(EmbeddingModel.OfWords, new PackedQuestion(embedded))];
    }
}
