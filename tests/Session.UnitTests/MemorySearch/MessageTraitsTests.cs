using SessionService.Application.MemorySearch.Ranking;

namespace SessionService.UnitTests.MemorySearch;

public sealed class MessageTraitsTests
{
    [Theory]
    [InlineData("We met yesterday.", true)]
    [InlineData("It was in May.", true)]
    [InlineData("You may go.", false)]
    [InlineData("Back in 1998", true)]
    [InlineData("Two weeks ago", true)]
    [InlineData("The call is at 7 pm", true)]
    [InlineData("The call is at 19:30", true)]
    [InlineData("Next summer", true)]
    [InlineData("The greyhound is called Comet.", false)]
    [InlineData("", false)]
    public void A_word_of_time_is_known(string text, bool has) => Assert.Equal(has, Of(text).HasTime);

    [Theory]
    [InlineData("I have 3 cats.", true)]
    [InlineData("I have three cats.", true)]
    [InlineData("Twice!", true)]
    [InlineData("Someone is often there.", false)]
    public void A_number_is_known_in_digits_and_in_words(string text, bool has) => Assert.Equal(has, Of(text).HasNumber);

    [Theory]
    [InlineData("Always use metric units.", true)]
    [InlineData("Thanks. Never call me Bob.", true)]
    [InlineData("From now on, answer in French", true)]
    [InlineData("Give the version when I ask about libraries.", true)]
    [InlineData("I have always liked it.", false)]
    [InlineData("She never came.", false)]
    public void An_instruction_is_known_by_how_its_sentence_begins(string text, bool states) => Assert.Equal(states, Of(text).StatesInstruction);

    [Theory]
    [InlineData("I prefer tea.", true)]
    [InlineData("I’d rather walk.", true)]
    [InlineData("I really love jazz", true)]
    [InlineData("I'm trying to keep costs down.", true)]
    [InlineData("They prefer tea, and I lovely.", false)]
    public void A_preference_is_known_by_its_phrase(string text, bool states) => Assert.Equal(states, Of(text).StatesPreference);

    [Theory]
    [InlineData("Where is it?", 1)]
    [InlineData("It is here. Where is it?", 0.57)]
    [InlineData("It costs 3.50 in main.cs, yes. Right?! Good!", 0.29)]
    [InlineData("どこですか？", 1)]
    [InlineData("...", 0)]
    [InlineData("", 0)]
    public void The_share_of_questions_is_known_to_a_seventh(string text, double share) => Assert.Equal(share, Of(text).QuestionShare, 2);

    [Fact]
    public void A_byte_holds_all_of_it()
    {
        var traits = MessageTraits.Of("Always be 2 days early. I love that.").WithName();

        Assert.Equal(31, traits.Bits);
        Assert.True(new MessageTraits(traits.Bits) is { HasTime: true, HasNumber: true, StatesInstruction: true, StatesPreference: true, HasName: true });
        Assert.Equal(default, MessageTraits.Of("The greyhound is called Comet."));
    }

    [Theory]
    [InlineData('\n')]
    [InlineData(' ')]
    [InlineData('.')]
    [InlineData('?')]
    [InlineData('1')]
    [InlineData('I')]
    public void A_text_of_one_character_over_and_over_is_soon_read(char character)
    {
        var start = System.Diagnostics.Stopwatch.GetTimestamp();

        MessageTraits.Of(new string(character, 1024 * 1024));

        // It takes about a millisecond; where every beginning reads to the end, it takes many seconds.
        Assert.True(System.Diagnostics.Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(5));
    }

    [Theory]
    [InlineData("When did we meet?", "when")]
    [InlineData("What day was the race?", "when")]
    [InlineData("How many cats do I have?", "many")]
    [InlineData("How much did it cost?", "many")]
    [InlineData("Could you show me a recipe?", "request")]
    [InlineData("How do I sort a list?", "request")]
    [InlineData("Which libraries should I use?", "request")]
    [InlineData("I'm planning a trip. What would be good?", "request")]
    [InlineData("Which trips did I make?", "")]
    [InlineData("Can you give me a summary of the project?", "")]
    [InlineData("Can you walk me through the order in which I said it?", "")]
    [InlineData("Where does Ada live?", "")]
    public void What_a_question_asks_for_is_known_by_its_words(string question, string kinds)
    {
        var traits = QuestionTraits.Of(question);

        Assert.Equal(kinds, string.Join(' ', new[] { traits.AsksWhen ? "when" : "", traits.AsksHowMany ? "many" : "", traits.IsRequest ? "request" : "" }.Where(kind => kind.Length > 0)));
    }

    private static MessageTraits Of(string text) => MessageTraits.Of(text);
}
