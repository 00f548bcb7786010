using System.Text.Json;
using SessionService.IntegrationTests.Digests;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Search;

/// <summary>Which words of a query are searched, and which are not.</summary>
public sealed class SearchWordsTests(SearchFixture service) : IClassFixture<SearchFixture>
{
    [Theory]
    [InlineData("the zebra", "The zebra", "the")]
    [InlineData("Who saw THE zebra -of", "A zebra saw them", "Who,THE,of")]
    [InlineData("\"the zebra\" or \"who is\"", "one zebra", "the,who,is")]
    [InlineData("cat or zebra", "one zebra", "")]
    [InlineData("zebra or", "one zebra", "or")]
    [InlineData("zebra z*", "one zebra", "z*")]
    [InlineData("z* or Zebra", "one zebra", "z*")]
    [InlineData("aa* or bb* or cc* or dd* or ee* or ff* or gg* or zebra* or Hh*", "one zebra", "Hh*")]
    [InlineData("the", "The zebra", "")]
    [InlineData("the who z*", "Who saw the zebra", "z*")]
    public async Task Words_that_are_not_searched_are_named(string query, string text, string ignored)
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        await user.WriteMessageAsync(session, $$"""{"role":"user","content":"{{text}}"}""");

        var answer = (await FindAsync(user, query)).Is(200);

        Assert.Equal(1, answer.Number("total_hits"));
        Assert.Equal(ignored, answer.TryGetProperty("ignored_words", out var words) ? string.Join(',', words.EnumerateArray().Select(word => word.GetString())) : "");
    }

    [Fact]
    public async Task A_prefix_that_is_too_short_finds_nothing_and_is_named()
    {
        var user = service.AsNewUser();
        await user.WriteMessageAsync(await user.StartSessionAsync(), """{"role":"user","content":"a zebra"}""");

        var answer = (await FindAsync(user, "z*")).Is(200);

        Assert.Equal(0, answer.Number("total_hits"));
        Assert.Equal("""["z*"]""", answer.Raw("ignored_words"));
    }

    [Fact]
    public async Task Stop_words_and_prefixes_are_found_wherever_they_stand_and_only_there()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        foreach (var text in new[] { "The Who", "who is the first", "zebras", "a zeppelin", "no animal" })
        {
            await user.WriteMessageAsync(session, $$"""{"role":"user","content":"{{text}}"}""");
        }

        (await user.PutAsync(session, """{"title":"About who"}""")).Is(200);
        Assert.Equal(["The Who"], await ContentsAsync(user, "\"the who\""));
        Assert.Equal(["About who", "The Who", "who is the first"], await ContentsAsync(user, "who"));
        Assert.Equal(["The Who", "who is the first"], await ContentsAsync(user, "who the"));
        Assert.Equal(["The Who"], await ContentsAsync(user, "who the -is"));
        Assert.Equal(["The Who"], await ContentsAsync(user, "who the -first"));
        Assert.Equal(["a zeppelin", "zebras"], await ContentsAsync(user, "ze*"));
        Assert.Equal(["a zeppelin"], await ContentsAsync(user, "ze* -zebra*"));
        Assert.Equal(["no animal", "zebras"], await ContentsAsync(user, "zebr* or animal"));
        Assert.Empty(await ContentsAsync(user, "zebrax*"));
        Assert.Empty(await ContentsAsync(service.AsNewUser(), "ze*"));
    }

    [Fact]
    public async Task Pages_of_stop_words_and_prefixes_hold_each_hit_once()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        for (var i = 0; i < 25; i++)
        {
            await user.WriteMessageAsync(session, $$"""{"role":"user","content":"who saw zebra{{i}}"}""");
        }

        await service.DigestAsync();
        foreach (var query in new[] { "who", "zebra*" })
        {
            var found = new List<string>();
            for (var cursor = ""; cursor is not null;)
            {
                var page = (await FindAsync(user, query, $"limit=10&session_id={session[^36..]}" + (cursor.Length > 0 ? $"&cursor={Uri.EscapeDataString(cursor)}" : ""))).Is(200);
                found.AddRange(Hits(page).Select(hit => hit.Text("content")));
                cursor = page.GetProperty("next_cursor").GetString();
            }

            Assert.Equal(25, found.Distinct().Count());
            Assert.Equal(25, found.Count);
        }
    }

    private static Task<Answer> FindAsync(ApiClient user, string query, string more = "") =>
        user.GetAsync($"/api/v1/sessions/search?q={Uri.EscapeDataString(query)}&{more}");

    private static List<JsonElement> Hits(JsonElement answer) => [.. answer.Items("results").SelectMany(result => result.Items("hits"))];

    private static async Task<IEnumerable<string>> ContentsAsync(ApiClient user, string query) =>
        Hits((await FindAsync(user, query)).Is(200)).Select(hit => hit.Text("content")).Order(StringComparer.Ordinal);
}
