using SessionService.Benchmarks.Recall;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.MemorySearch;

public sealed class RecallMeasurementTests(ApiFixture service) : IClassFixture<ApiFixture>
{
    private const string Invented =
        """
        {"id": "invented", "speakers": ["Ada", "Bo"],
         "sessions": [
           {"id": "session_1", "date": "2024-03-02T10:00:00Z", "turns": [
             {"id": "D1:1", "speaker": "Ada", "text": "Good morning! How was the trip?"},
             {"id": "D1:2", "speaker": "Bo", "text": "Long. The ferry to the island was late.", "caption": "a red ferry at a pier"},
             {"id": "D1:3", "speaker": "Ada", "text": "I stayed home and baked sourdough bread."}]},
           {"id": "session_2", "date": "2024-07-19T18:30:00Z", "turns": [
             {"id": "D2:1", "speaker": "Bo", "text": "My sister adopted a greyhound."},
             {"id": "D2:2", "speaker": "Ada", "text": "What is it called?"},
             {"id": "D2:3", "speaker": "Bo", "text": "Comet."}]}],
         "questions": [
           {"question": "What did Ada bake?", "category": "single-hop", "evidence": ["D1:3"]},
           {"question": "Which pet does Bo's sister have?", "category": "single-hop", "evidence": ["D2:1"]},
           {"question": "What is the name of the greyhound?", "category": "multi-hop", "evidence": ["D2:1", "D2:3"]},
           {"question": "What did they talk about in July 2024?", "category": "temporal", "evidence": ["D2:1", "D2:2", "D2:3"]},
           {"question": "Who shared a picture of a ferry?", "category": "single-hop", "evidence": ["D1:2"]}]}
        """;

    [Fact]
    public async Task An_invented_conversation_is_loaded_asked_and_judged()
    {
        using var http = service.CreateHttp();

        var recalled = await new RecallMeasurement(http).RunAsync(Conversation.Parse(Invented), CancellationToken.None);

        Assert.Equal(["single-hop", "single-hop", "multi-hop", "temporal", "single-hop"], recalled.Select(one => one.Category));
        Assert.All(recalled, one => Assert.Equal(1, one.At[1]));
        Assert.True(recalled.Average(one => one.ReciprocalRank) > 0.7, string.Join(' ', recalled.Select(one => one.ReciprocalRank)));
    }

    [Fact]
    public void Recall_is_the_share_of_the_evidence_and_the_rank_that_of_the_first()
    {
        var question = new ConversationQuestion("?", "multi-hop", ["b", "z"]);

        var recalled = Recalled.Of(question, ["a", "b", "c", "d", "e", "z"], TimeSpan.Zero);

        Assert.Equal([0.5, 1, 1, 1], recalled.At);
        Assert.Equal(0.5, recalled.ReciprocalRank);
        Assert.Equal(0, Recalled.Of(question, ["a"], TimeSpan.Zero).ReciprocalRank);
    }
}
