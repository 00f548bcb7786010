using SessionService.Application.MemorySearch.Ranking;

namespace SessionService.UnitTests.MemorySearch;

public sealed class PassageRankingTests
{
    private static readonly RankingWeights NoNeighbours = new(0.5, 0, 0);

    [Fact]
    public void A_rare_word_is_worth_more_than_a_frequent_one()
    {
        Assert.Equal(Math.Log(1 + (9.5 / 1.5)), Bm25.Idf(passages: 10, withWord: 1), 10);
        Assert.True(Bm25.Idf(10, 1) > Bm25.Idf(10, 5));
        Assert.True(Bm25.Idf(10, 10) > 0);
    }

    [Fact]
    public void The_score_of_words_is_that_of_the_formula()
    {
        var scores = new float[4];

        Bm25.Add(new TermOccurrences([1, 3], [1, 2]), [4, 6, 10, 20], averageLength: 10, scores);

        var idf = Math.Log(1 + ((4 - 2 + 0.5) / 2.5));
        Assert.Equal(0, scores[0]);
        Assert.Equal(idf * 1.9 / (1 + (0.9 * (0.6 + (0.4 * 0.6)))), scores[1], 5);
        Assert.Equal(0, scores[2]);
        Assert.Equal(idf * 2 * 1.9 / (2 + (0.9 * (0.6 + (0.4 * 2)))), scores[3], 5);
    }

    [Fact]
    public void Words_and_meaning_are_each_divided_by_their_maximum_and_added()
    {
        var field = Field(count: 3, terms: [new([0, 1], [1, 1])], cosines: [0.1f, 0.2f, 0.4f]);

        var ranked = PassageRanking.Rank(field, NoNeighbours, top: 10);

        Assert.Equal([(1, 1.25, 1, 0.5), (0, 1.125, 1, 0.25), (2, 0.5, 0, 1)], ranked.Select(Rounded));
    }

    [Fact]
    public void A_passage_borrows_of_its_neighbours_in_the_same_conversation()
    {
        // 0 1 2 | 3 4: the word is in 1, so 0 has it as successor and 2 as predecessor; 3 begins another conversation.
        var field = Field(count: 5, terms: [new([1], [1])], conversations: [0, 0, 0, 1, 1]);

        var ranked = PassageRanking.Rank(field, RankingWeights.Default, top: 10);

        Assert.Equal([(1, 1, 1, 0), (2, 0.30, 0, 0), (0, 0.15, 0, 0)], ranked.Select(Rounded));
    }

    [Fact]
    public void A_neighbour_lends_of_its_whole_score()
    {
        var field = Field(count: 2, terms: [new([0], [1])], cosines: [0.5f, 0.25f]);

        var ranked = PassageRanking.Rank(field, new RankingWeights(0.5, 0.3, 0.15), top: 10);

        // 0: 1 + 0.5 × 1, and 0.15 of what 1 has, 0.5 × 0.5; 1: that, and 0.3 of what 0 has.
        Assert.Equal([(0, 1.5375, 1, 1), (1, 0.7, 0, 0.5)], ranked.Select(Rounded));
    }

    [Fact]
    public void What_is_not_wanted_is_no_answer_but_still_lends()
    {
        var field = Field(count: 3, terms: [new([0, 1], [1, 1])], unwanted: 1);

        var ranked = PassageRanking.Rank(field, RankingWeights.Default, top: 10);

        Assert.Equal([(0, 1.15, 1, 0)], ranked.Take(1).Select(Rounded));
        Assert.DoesNotContain(ranked, passage => passage.Passage == 1);
    }

    [Fact]
    public void Of_equal_passages_the_first_comes_first_and_no_more_come_than_are_asked_for()
    {
        var field = Field(count: 1_000, terms: [new([.. Enumerable.Range(0, 1_000)], [.. Enumerable.Repeat(1, 1_000)])]);

        var ranked = PassageRanking.Rank(field, NoNeighbours, top: 5);

        Assert.Equal([0, 1, 2, 3, 4], ranked.Select(passage => passage.Passage));
    }

    [Fact]
    public void A_passage_without_a_vector_of_one_model_counts_by_that_of_another()
    {
        var field = Field(count: 3, cosines: [0.2f, float.NaN, 0.1f], others: [0.9f, 0.8f, 0.7f]);

        var ranked = PassageRanking.Rank(field, NoNeighbours, top: 10);

        Assert.Equal([(0, 0.5, 0, 1), (1, 0.5, 0, 1), (2, 0.25, 0, 0.5)], ranked.Select(Rounded));
    }

    [Fact]
    public void Without_a_word_and_a_meaning_in_common_there_is_no_answer()
    {
        Assert.Empty(PassageRanking.Rank(Field(count: 3, cosines: [0, 0, 0]), RankingWeights.Default, top: 10));
        Assert.Empty(PassageRanking.Rank(Field(count: 3, cosines: [-0.1f, -0.2f, float.NaN]), RankingWeights.Default, top: 10));
        Assert.Empty(PassageRanking.Rank(Field(count: 0), RankingWeights.Default, top: 10));
    }

    [Fact]
    public void Candidates_are_the_best_two_hundred_of_each_arm()
    {
        var field = Field(count: 1_000, cosines: [.. Enumerable.Range(1, 1_000).Select(i => i / 1_000f)]);

        var ranked = PassageRanking.Rank(field, NoNeighbours, top: 1_000);

        // And the one before them, as a neighbour.
        Assert.Equal(Enumerable.Range(0, 201).Select(i => 999 - i), ranked.Select(passage => passage.Passage));
    }

    private static PassageField Field(
        int count, TermOccurrences[]? terms = null, float[]? cosines = null, float[]? others = null, int[]? conversations = null, int unwanted = -1) => new()
        {
            Lengths = Enumerable.Repeat(10, count).ToArray(),
            Terms = terms ?? [],
            Cosines = [.. new[] { cosines, others }.OfType<float[]>().Select(numbers => new ReadOnlyMemory<float>(numbers))],
            Predecessor = passage => passage > 0 && AreTogether(conversations, passage - 1, passage) ? passage - 1 : -1,
            Successor = passage => passage < count - 1 && AreTogether(conversations, passage, passage + 1) ? passage + 1 : -1,
            IsWanted = passage => passage != unwanted,
        };

    private static bool AreTogether(int[]? conversations, int a, int b) => conversations is null || conversations[a] == conversations[b];

    private static (int, double, double, double) Rounded(RankedPassage passage) =>
        (passage.Passage, Math.Round(passage.Score, 5), Math.Round(passage.KeywordScore, 5), Math.Round(passage.SemanticScore, 5));
}
