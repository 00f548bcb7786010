using SessionService.Application.MemorySearch.Ranking;

namespace SessionService.UnitTests.MemorySearch;

public sealed class PassageRankingTests
{
    private const int Long = 200;

    [Fact]
    public void A_rare_word_is_worth_more_than_a_frequent_one()
    {
        Assert.Equal(Math.Log(1 + (9.5 / 1.5)), WordScore.Idf(passages: 10, withWord: 1), 10);
        Assert.True(WordScore.Idf(10, 1) > WordScore.Idf(10, 5));
        Assert.True(WordScore.Idf(10, 10) > 0);
    }

    [Fact]
    public void The_score_is_the_weighted_mean_of_its_parts()
    {
        var field = new Field(3) { Terms = [Word(0)], Cosines = [0.4f, 0.2f, 0.1f], AreApart = true };

        var best = Rank(field)[0];

        // What the weights sum up to: words 1, meaning 0.2 of 2.4 at most, the rest 0.2 + 0.1 + 0.2 + 0.5 + 0.2 and 0.25.
        Assert.Equal(0, best.Passage);
        Assert.Equal((1, 1 / 2.4, 0.25 / 1.45), (best.KeywordScore, best.SemanticScore, best.Prior), Nearly);
        Assert.Equal((1 + 0.2 + 0.25) / (1 + 0.48 + 1.45), best.Score, 5);
    }

    [Fact]
    public void All_that_speaks_for_a_passage_makes_a_score_of_one_and_all_against_it_of_none()
    {
        var field = new Field(5)
        {
            Terms = [Word(0, 1, 2, 3, 4)],
            Cosines = [0.5f, 0.5f, 0.5f, 0.5f, 0.5f],
            Kinds = [.. Enumerable.Repeat(PassageKinds.InChat | PassageKinds.OfUser, 5)],
            Traits = [.. Enumerable.Repeat(MessageTraits.Of("Always say 2 days. I love that."), 5)],
        };
        var most = Rank(field, new QuestionTraits(AsksWhen: true, AsksHowMany: true, IsRequest: true));
        var least = Rank(new Field(2) { Terms = [Word(0)], Traits = [default, MessageTraits.Of("Really?")] }).Single(one => one.Passage == 1);

        Assert.Equal(1, most.Single(one => one.Passage == 2).Score, 5);
        Assert.All(most, one => Assert.InRange(one.Score, 0, 1));
        Assert.Equal(0, least.Prior, 5);
        Assert.InRange(least.Score, 0, 1);
    }

    [Fact]
    public void Many_words_of_the_question_are_better_than_one_word_many_times()
    {
        var field = new Field(4) { Terms = [Word(0, 1), Word(1, 2), Word(1, 2)], AreApart = true };

        Assert.Equal([1, 2, 0], Rank(field).Select(one => one.Passage));
    }

    [Fact]
    public void A_word_that_only_asks_counts_half()
    {
        var field = new Field(2) { Terms = [Word(0) with { OnlyAsks = true }, Word(1)], AreApart = true };

        Assert.Equal([(1, 0.667), (0, 0.333)], Rank(field).Select(one => (one.Passage, Math.Round(one.KeywordScore, 3))));
    }

    [Fact]
    public void Messages_beside_lend_what_they_have_of_a_word()
    {
        // 0 1 2 3 4 5 6 7 | 8: the word is in 2; 8 begins another session.
        var field = new Field(9) { Terms = [Word(2)], Sessions = [0, 0, 0, 0, 0, 0, 0, 0, 1] };

        Assert.Equal(
            [(2, 1), (3, 0.8), (4, 0.7), (1, 0.6), (5, 0.6), (0, 0.5), (6, 0.5)],
            Rank(field).Select(one => (one.Passage, Math.Round(one.KeywordScore, 5))));
    }

    [Fact]
    public void Words_of_a_question_may_be_gathered_from_several_messages()
    {
        // 1 stands between those that have the words; 4 has one of them alone.
        var field = new Field(5) { Terms = [Word(0, 4), Word(2, 4)], Sessions = [0, 0, 0, 1, 2] };

        Assert.Equal([4, 2, 0, 1], Rank(field).Select(one => one.Passage));
        Assert.Equal(0.7, Rank(field)[3].KeywordScore, 5);
    }

    [Fact]
    public void A_long_message_lends_little()
    {
        var field = new Field(4) { Terms = [Word(0, 2)], Sessions = [0, 0, 1, 1], Lengths = [Long, 5, 5, 5] };

        var scores = Rank(field).ToDictionary(one => one.Passage, one => one.KeywordScore);

        Assert.Equal(0.8 * Math.Pow(20d / Long, 2), scores[1], 5);
        Assert.Equal(0.8, scores[3], 5);
    }

    [Fact]
    public void A_long_message_is_near_to_everything_and_so_its_nearness_counts_less()
    {
        var field = new Field(3) { Cosines = [0.5f, 0.45f, 0.1f], Lengths = [Long, 10, 10], AreApart = true };

        Assert.Equal([1, 0], Rank(field).Select(one => one.Passage).Take(2));
        Assert.Equal([0, 1], Rank(field, isOfWords: false).Select(one => one.Passage).Take(2));
    }

    [Fact]
    public void Nearness_counts_above_the_average_and_is_lent_too()
    {
        var field = new Field(4) { Cosines = [0.9f, 0.3f, 0.3f, 0.3f], Sessions = [0, 0, 1, 1] };

        Assert.Equal([(0, 1 / 2.4), (1, 0.5 / 2.4)], Rank(field).Take(2).Select(one => (one.Passage, one.SemanticScore)), Compare);

        // Below the average nothing is left, but they are found.
        Assert.Equal([(2, 0d), (3, 0d)], Rank(field).Skip(2).Select(one => (one.Passage, one.SemanticScore)));
    }

    [Fact]
    public void In_a_chat_the_users_words_come_before_the_assistants_which_stay_findable()
    {
        var field = new Field(2) { Terms = [Word(0, 1)], Kinds = [PassageKinds.InChat | PassageKinds.OfAssistant, PassageKinds.InChat | PassageKinds.OfUser], AreApart = true };

        Assert.Equal([1, 0], Rank(field).Select(one => one.Passage));
        Assert.Equal(0.7, Rank(field)[1].KeywordScore, 5);

        // Who speaks is no filter.
        var other = field with { Terms = [Word(0), Word(0), Word(0), Word(0), Word(1)] };
        Assert.Equal([0, 1], Rank(other).Select(one => one.Passage));
    }

    [Fact]
    public void In_a_chat_the_day_counts_as_a_word_and_who_speaks_does_not()
    {
        var field = new Field(3)
        {
            Terms = [new([0, 1, 2], [TermPlaces.Speaker, TermPlaces.Day, TermPlaces.Speaker])],
            Kinds = [PassageKinds.InChat | PassageKinds.OfUser, PassageKinds.InChat | PassageKinds.OfUser, PassageKinds.OfUser],
            AreApart = true,
        };

        Assert.Equal([1, 2], Rank(field).Select(one => one.Passage));
    }

    [Fact]
    public void A_question_that_names_one_speaker_prefers_what_that_speaker_says()
    {
        var named = MessageTraits.Of("").WithName();
        var ada = new TermOccurrences([0, 2], [TermPlaces.Content, TermPlaces.Speaker]);
        var bo = new TermOccurrences([0, 1], [TermPlaces.Speaker, TermPlaces.Speaker]);
        var field = new Field(3) { Terms = [ada], Traits = [named, named, named], AreApart = true };

        Assert.Equal([2, 0], Rank(field).Select(one => one.Passage));

        // Both are named: neither is preferred.
        var priors = Rank(new Field(3) { Terms = [ada, bo], Traits = [named, named, named], AreApart = true }).Select(one => one.Prior).Distinct();
        Assert.Single(priors);
    }

    [Theory]
    [InlineData(PassageKinds.None, true)]
    [InlineData(PassageKinds.InChat | PassageKinds.OfUser, true)]
    [InlineData(PassageKinds.InChat | PassageKinds.OfAssistant, false)]
    public void A_question_for_a_time_prefers_a_message_with_one(PassageKinds kind, bool isPreferred)
    {
        AssertPreferred("It was in May 2023.", new QuestionTraits(AsksWhen: true, AsksHowMany: false, IsRequest: false), kind, isPreferred);
    }

    [Theory]
    [InlineData(PassageKinds.None, true)]
    [InlineData(PassageKinds.InChat | PassageKinds.OfUser, true)]
    [InlineData(PassageKinds.InChat | PassageKinds.OfAssistant, false)]
    public void A_question_for_a_number_prefers_a_message_with_one(PassageKinds kind, bool isPreferred)
    {
        AssertPreferred("There were twelve.", new QuestionTraits(AsksWhen: false, AsksHowMany: true, IsRequest: false), kind, isPreferred);
    }

    [Theory]
    [InlineData("Always use metric units.", PassageKinds.InChat | PassageKinds.OfUser, true)]
    [InlineData("I prefer metric units.", PassageKinds.InChat | PassageKinds.OfUser, true)]
    [InlineData("Always use metric units.", PassageKinds.InChat | PassageKinds.OfAssistant, false)]
    [InlineData("I prefer metric units.", PassageKinds.None, false)]
    public void A_request_prefers_what_the_user_wants_always_or_likes(string text, PassageKinds kind, bool isPreferred)
    {
        AssertPreferred(text, new QuestionTraits(AsksWhen: false, AsksHowMany: false, IsRequest: true), kind, isPreferred);
        AssertPreferred(text, QuestionTraits.None, kind, isPreferred: false);
    }

    [Fact]
    public void Between_people_a_message_that_only_asks_comes_behind_one_that_tells()
    {
        var field = new Field(2) { Terms = [Word(0, 1)], Traits = [MessageTraits.Of("Where is the dog?"), default], AreApart = true };
        Assert.Equal([1, 0], Rank(field).Select(one => one.Passage));

        var chat = new Field(2) { Terms = [Word(0, 1)], Traits = field.Traits, AreApart = true, Kinds = [.. Enumerable.Repeat(PassageKinds.InChat | PassageKinds.OfUser, 2)] };
        Assert.Equal([0, 1], Rank(chat).Select(one => one.Passage));
    }

    [Fact]
    public void What_is_not_wanted_is_no_answer_but_still_lends()
    {
        var field = new Field(3) { Terms = [Word(1)], Unwanted = 1 };

        Assert.Equal([(2, 0.8), (0, 0.6)], Rank(field).Select(one => (one.Passage, Math.Round(one.KeywordScore, 5))));
    }

    [Fact]
    public void Of_equal_passages_the_first_comes_first_and_no_more_come_than_are_asked_for()
    {
        var field = new Field(1_000) { Terms = [Word([.. Enumerable.Range(0, 1_000)])], AreApart = true };

        Assert.Equal([0, 1, 2, 3, 4], Rank(field, top: 5).Select(one => one.Passage));
    }

    [Fact]
    public void A_passage_without_a_vector_of_one_model_counts_by_that_of_another()
    {
        var field = new Field(4) { Cosines = [0.2f, float.NaN, 0.1f, float.NaN], Others = [0.9f, 0.8f, 0.7f, 0.6f], AreApart = true };

        Assert.Equal([(0, 1 / 2.4), (1, 1 / 2.4)], Rank(field).Take(2).Select(one => (one.Passage, one.SemanticScore)), Compare);
    }

    [Fact]
    public void A_sentence_model_counts_twice_as_much_as_the_vectors_of_words()
    {
        var field = new Field(3) { Cosines = [0.9f, 0.1f, 0.1f], Model = [0.1f, 0.9f, 0.1f], AreApart = true };

        // What both weigh together: 0.1 of 2.4 and 0.2 of 3 at most.
        Assert.Equal([(1, 0.2 / 0.84), (0, 0.1 / 0.84)], Rank(field).Take(2).Select(one => (one.Passage, one.SemanticScore)), Compare);
        Assert.Equal((0.25 + 0.2) / (1 + 0.84 + 1.45), Rank(field)[0].Score, 5);
    }

    [Fact]
    public void A_long_message_counts_fully_by_the_sentence_model()
    {
        var field = new Field(3) { Cosines = new float[3], Model = [0.9f, 0.8f, 0.1f], Lengths = [Long, 10, 10], AreApart = true };

        Assert.Equal([0, 1], Rank(field).Take(2).Select(one => one.Passage));
    }

    [Fact]
    public void Nearness_by_the_sentence_model_is_lent_to_more_neighbours_and_by_a_long_message_less()
    {
        // 0 1 2 3 4 5 | 6 7, all of one session but the last two.
        var field = new Field(8) { Cosines = new float[8], Model = [0, 0, 0.9f, 0, 0, 0, 0.9f, 0], Sessions = [0, 0, 0, 0, 0, 0, 1, 1] };
        var ofLong = field with { Lengths = [10, 10, 10, 10, 10, 10, 2 * 20, 10] };

        var scores = Rank(field).ToDictionary(one => one.Passage, one => Math.Round(one.SemanticScore * 0.84 / 0.2, 4));

        Assert.Equal((1, 0.8, 0.6, 0.4, 0.2), (scores[2], scores[3], scores[4], scores[1], scores[0]));
        Assert.Equal((1, 0.8), (scores[6], scores[7]));
        Assert.Equal(0.8 / 4, Rank(ofLong).Single(one => one.Passage == 7).SemanticScore * 0.84 / 0.2, 4);
    }

    [Fact]
    public void A_passage_that_the_sentence_model_has_not_embedded_counts_by_the_vectors_of_words_instead()
    {
        var field = new Field(4) { Cosines = [0.9f, 0.1f, 0.1f, 0.1f], Model = [float.NaN, 0.9f, 0.2f, 0.1f], AreApart = true };

        Assert.Equal([(0, 0.3 / 0.84), (1, 0.2 / 0.84)], Rank(field).Take(2).Select(one => (one.Passage, one.SemanticScore)), Compare);

        // Nothing can be said of one alone.
        var first = field with { Model = [float.NaN, 0.9f, float.NaN, float.NaN] };
        Assert.Equal([(0, 1 / 2.4)], Rank(first).Take(1).Select(one => (one.Passage, one.SemanticScore)), Compare);
    }

    [Fact]
    public void Without_a_word_and_a_meaning_in_common_there_is_no_answer()
    {
        Assert.Empty(Rank(new Field(3) { Cosines = [0, 0, 0] }));
        Assert.Empty(Rank(new Field(3) { Cosines = [-0.1f, -0.1f, float.NaN] }));
        Assert.Empty(Rank(new Field(0)));
    }

    [Fact]
    public void A_spread_has_the_best_of_each_stretch_of_time_the_earliest_first()
    {
        var field = new Field(8) { AreApart = true };
        var ranked = new[] { 7, 6, 5, 4, 1, 0 }.Select((passage, place) => new RankedPassage(passage, 1 - (0.1 * place), 0, 0, 0)).ToList();

        Assert.Equal([0, 1, 6, 7], TimeSpread.Choose(ranked, field.ToField(true), passage => passage, top: 4).Select(one => one.Passage));
        Assert.Equal([0, 1, 5, 6, 7], TimeSpread.Choose(ranked, field.ToField(true), passage => passage, top: 5).Select(one => one.Passage));
        Assert.Equal([7], TimeSpread.Choose(ranked, field.ToField(true), passage => passage, top: 1).Select(one => one.Passage));
        Assert.Empty(TimeSpread.Choose([], new Field(0).ToField(true), passage => passage, top: 4));
    }

    private static void AssertPreferred(string text, QuestionTraits question, PassageKinds kind, bool isPreferred)
    {
        var field = new Field(2) { Terms = [Word(0, 1)], Kinds = [kind, kind], Traits = [default, MessageTraits.Of(text)], AreApart = true };

        Assert.Equal(isPreferred ? 1 : 0, Rank(field, question)[0].Passage);
    }

    private static TermOccurrences Word(params int[] passages) => new(passages, [.. passages.Select(_ => TermPlaces.Content)]);

    private static IReadOnlyList<RankedPassage> Rank(Field field, QuestionTraits? question = null, int top = 100, bool isOfWords = true) =>
        PassageRanking.Rank(field.ToField(isOfWords), question ?? QuestionTraits.None, RankingWeights.Default, top);

    private static bool Nearly((double A, double B, double C) a, (double A, double B, double C) b) =>
        Math.Abs(a.A - b.A) + Math.Abs(a.B - b.B) + Math.Abs(a.C - b.C) < 1e-5;

    private static bool Compare((int Passage, double Score) a, (int Passage, double Score) b) =>
        a.Passage == b.Passage && Math.Abs(a.Score - b.Score) < 1e-5;

    /// <summary>Passages of one session, side by side, unless it is said otherwise.</summary>
    private sealed record Field(int Count)
    {
        public TermOccurrences[] Terms { get; init; } = [];

        public float[]? Cosines { get; init; }

        public float[]? Others { get; init; }

        public float[] Model { get; init; } = [];

        public PassageKinds[] Kinds { get; init; } = new PassageKinds[Count];

        public MessageTraits[] Traits { get; init; } = new MessageTraits[Count];

        public int[] Lengths { get; init; } = [.. Enumerable.Repeat(10, Count)];

        public int[] Sessions { get; init; } = new int[Count];

        public bool AreApart { get; init; }

        public int Unwanted { get; init; } = -1;

        public PassageField ToField(bool isOfWords) => new()
        {
            Lengths = Lengths,
            Kinds = Kinds,
            Traits = Traits,
            Before = Enumerable.Range(0, Count).Select(i => AreTogether(i - 1) ? i - 1 : -1).ToArray(),
            After = Enumerable.Range(0, Count).Select(i => AreTogether(i) ? i + 1 : -1).ToArray(),
            Terms = Terms,
            Nearness = [.. new[] { Cosines, Others }.OfType<float[]>().Select(numbers => new Nearness(numbers, isOfWords))],
            Model = Model,
            IsWanted = passage => passage != Unwanted,
        };

        // With the one after.
        private bool AreTogether(int passage) => !AreApart && passage >= 0 && passage + 1 < Count && Sessions[passage] == Sessions[passage + 1];
    }
}
