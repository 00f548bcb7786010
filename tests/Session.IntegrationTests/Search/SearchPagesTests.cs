using System.Text.Json;
using SessionService.IntegrationTests.Digests;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Search;

/// <summary>The titles of sessions, and how many sessions and hits a page has.</summary>
public sealed class SearchPagesTests(SearchFixture service) : IClassFixture<SearchFixture>
{
    [Fact]
    public async Task A_title_is_found_and_marked_as_soon_as_it_is_written_and_as_it_is_now()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync("""{"title":"Trip to the Zebras <b>"}""");
        await user.StartSessionAsync("""{"title":"Something else"}""");

        var found = (await FindAsync(user, "zebra")).Is(200);
        var hit = Assert.Single(Hits(found));
        Assert.Equal(1, found.Number("total_hits"));
        Assert.Equal("Trip to the <mark>Zebras</mark> &lt;b&gt;", hit.Text("snippet"));
        Assert.Equal("Trip to the Zebras <b>", hit.Text("content"));
        Assert.Equal(("title", "null", "null", "null"), (hit.Text("message_type"), hit.Raw("message_id"), hit.Raw("sequence"), hit.Raw("role")));
        Assert.Equal(session[^36..], hit.Text("session_id"));

        (await user.PutAsync(session, """{"title":"Trip to the giraffes"}""")).Is(200);
        Assert.Empty(Hits((await FindAsync(user, "zebra")).Is(200)));
        Assert.Single(Hits((await FindAsync(user, "giraffe")).Is(200)));

        (await user.SendAsync(HttpMethod.Patch, session, """{"title":"Café noir"}""")).Is(200);
        Assert.Single(Hits((await FindAsync(user, "cafe")).Is(200)));
        (await user.SendAsync(HttpMethod.Patch, session, """{"title":null}""")).Is(200);
        Assert.Empty(Hits((await FindAsync(user, "cafe")).Is(200)));
    }

    [Fact]
    public async Task A_title_a_summary_and_a_memory_of_one_session_are_three_hits_which_filters_choose()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync("""{"title":"About zebras"}""");
        (await user.PutAsync(session, """{"session_summary":"About zebras"}""")).Is(200);
        (await user.PostAsync($"{session}/memory", """{"content":"About zebras"}""")).Is(201);

        Assert.Equal(["memory", "summary", "title"], Hits((await FindAsync(user, "zebra")).Is(200)).Select(hit => hit.Text("message_type")).Order(StringComparer.Ordinal));
        Assert.Equal(["title"], Hits((await FindAsync(user, "zebra", "message_type=title")).Is(200)).Select(hit => hit.Text("message_type")));
        Assert.Empty(Hits((await FindAsync(user, "zebra", "role=user")).Is(200)));
        Assert.Empty(Hits((await FindAsync(service.AsNewUser(), "zebra")).Is(200)));

        (await user.DeleteAsync($"/api/v1/users/{user.UserId}/data")).Is(200);
        Assert.Empty(Hits((await FindAsync(user, "zebra")).Is(200)));
    }

    [Fact]
    public async Task A_page_has_as_many_sessions_as_asked_for_and_the_best_hits_of_each()
    {
        var user = service.AsNewUser();
        for (var i = 0; i < 5; i++)
        {
            var session = await user.StartSessionAsync();
            var messages = string.Join(',', Enumerable.Range(0, 10).Select(n => Message($"apple {string.Concat(Enumerable.Repeat("word ", n))}")));
            (await user.PostAsync($"{session}/messages/batch", $$"""{"messages":[{{messages}}]}""")).Is(201);
        }

        var all = (await FindAsync(user, "apple")).Is(200);
        var some = (await FindAsync(user, "apple", "limit=2&hits_per_session=7")).Is(200);

        Assert.Equal(50, all.Number("total_hits"));
        Assert.Equal([3, 3, 3, 3, 3], all.Items("results").Select(result => result.Items("hits").Count));
        Assert.Equal([7, 7], some.Items("results").Select(result => result.Items("hits").Count));
        Assert.All(some.Items("results"), result => Assert.Equal(Enumerable.Range(1, 7).Select(n => (long)n), result.Items("hits").Select(hit => hit.Number("sequence"))));
        Assert.Equal(50, some.Number("total_hits"));
    }

    [Fact]
    public async Task Each_session_is_on_one_page_while_messages_are_written_and_digested()
    {
        var user = service.AsNewUser();
        var sessions = new List<string>();
        for (var i = 0; i < 30; i++)
        {
            sessions.Add(await user.StartSessionAsync($$"""{"title":"{{(i % 5 == 0 ? "apple" : "pear")}}"}"""));
            for (var n = 0; n < 2; n++)
            {
                await user.WriteMessageAsync(sessions[i], Message($"apple {string.Concat(Enumerable.Repeat("word ", i % 4))}"));
            }
        }

        var found = new List<string>();
        string? cursor = null;
        do
        {
            var answer = (await FindAsync(user, "apple", $"limit=4{(cursor is null ? "" : $"&cursor={cursor}")}")).Is(200);
            found.AddRange(answer.Items("results").Select(result => result.Text("session_id")));
            cursor = answer.GetProperty("next_cursor").GetString();
            // Better than what the session had: it would be the first now.
            foreach (var session in sessions.Where((_, i) => i % 3 == 0))
            {
                await user.WriteMessageAsync(session, Message("apple apple apple apple"));
            }

            await service.DigestAsync();
        }
        while (cursor is not null);

        Assert.Equal(sessions.Select(session => session[^36..]).Order(), found.Order());
    }

    [Fact]
    public async Task Large_texts_make_smaller_pages_but_no_session_is_missed()
    {
        var user = service.AsNewUser();
        var sessions = new List<string>();
        for (var i = 0; i < 4; i++)
        {
            sessions.Add(await user.StartSessionAsync());
            for (var n = 0; n < 3; n++)
            {
                await user.WriteMessageAsync(sessions[i], Message($"apple {new string('x', 900_000)}"));
            }
        }

        var found = new List<string>();
        string? cursor = null;
        do
        {
            var answer = (await FindAsync(user, "apple", cursor is null ? "" : $"cursor={cursor}")).Is(200);
            Assert.All(answer.Items("results"), result => Assert.NotEmpty(result.Items("hits")));
            found.AddRange(answer.Items("results").Select(result => result.Text("session_id")));
            cursor = answer.GetProperty("next_cursor").GetString();
        }
        while (cursor is not null);

        Assert.Equal(sessions.Select(session => session[^36..]).Order(), found.Order());
    }

    private static Task<Answer> FindAsync(ApiClient user, string query, string filters = "") =>
        user.GetAsync($"/api/v1/sessions/search?q={Uri.EscapeDataString(query)}&{filters}");

    private static IReadOnlyList<JsonElement> Hits(JsonElement answer) => [.. answer.Items("results").SelectMany(result => result.Items("hits"))];

    private static string Message(string content) => JsonSerializer.Serialize(new { role = "user", content });
}
