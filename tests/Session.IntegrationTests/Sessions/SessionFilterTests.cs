using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using SessionService.Infrastructure.Sessions;
using SessionService.IntegrationTests.Databases;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Sessions;

public sealed class SessionFilterTests(ApiFixture service) : IClassFixture<ApiFixture>
{
    private const string Sessions = "/api/v1/sessions";

    // Both paths give the same list.
    public static TheoryData<string> Paths() => new() { Sessions, "/api/v1/users/{0}/sessions" };

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task Several_statuses_may_be_asked_for(string path)
    {
        var user = service.AsNewUser();
        foreach (var status in new[] { "active", "ended", "completed", "archived", "ended" })
        {
            await user.StartSessionInAsync(status);
        }

        var list = string.Format(path, user.UserId);
        foreach (var (query, count) in new[]
        {
            ("?status=ended,active", 3), ("?status=ended&status=active", 3), ("?status=ended,%20archived&status=completed", 4), ("?status=expired", 0),
            ("?status=ended,ended", 2), ("?status=ended,active&active_only=true", 1), ("?status=ended&active_only=true", 0), ("?status=", 5),
        })
        {
            var answer = (await user.GetAsync(list + query)).Is(200);
            Assert.Equal((count, count), (answer.Number("total"), answer.Items("sessions").Count));
        }

        (await user.GetAsync($"{list}?status=ended,closed")).IsInvalid("status");
        (await user.GetAsync($"{list}?status={string.Join(',', Enumerable.Repeat("ended", 21))}")).IsInvalid("status");
    }

    [Theory]
    [InlineData("metadata.kind=work", "work")]
    [InlineData("metadata.kind=work&metadata.kind=play", "work", "play")]
    [InlineData("metadata.kind=work&metadata.n=2", "")]
    [InlineData("metadata.n=1", "play", "text", "work")]
    [InlineData("metadata.n=1.0", "play", "work")]
    [InlineData("metadata.n=%221%22", "text")]
    [InlineData("metadata.yes=true", "play", "text")]
    [InlineData("metadata.yes=null", "work")]
    [InlineData("metadata.yes", "play", "text", "work")]
    [InlineData("metadata.yes=", "play", "text", "work")]
    [InlineData("metadata.deep.er.est=x", "work")]
    [InlineData("metadata.deep.er", "work", "play")]
    [InlineData("metadata.deep=x", "")]
    [InlineData(@"metadata.dot\.ted=1", "dots")]
    [InlineData(@"metadata.dot.ted=1", "")]
    [InlineData(@"metadata.back\\slash=%25_%27%22", "dots")]
    [InlineData("metadata.list=a", "work")]
    [InlineData("metadata.list=1", "play", "work")]
    [InlineData("metadata.list=%221%22", "play")]
    [InlineData("metadata.list=true&metadata.kind=work", "work")]
    [InlineData("metadata.list=none&metadata.list=a", "work")]
    [InlineData("metadata.list=b", "")]
    [InlineData("metadata.%E2%98%83=%F0%9F%98%80", "dots")]
    [InlineData("metadata.none=x", "")]
    [InlineData("metadata.kind=work%27%20OR%201=1%20--", "")]
    public async Task Sessions_are_found_by_their_metadata(string query, params string[] found)
    {
        var user = service.AsNewUser();
        var other = service.AsNewUser();
        foreach (var owner in new[] { user, other })
        {
            await owner.StartSessionAsync("""{"title":"work","metadata":{"kind":"work","n":1,"yes":null,"deep":{"er":{"est":"x","n":0}},"list":["a",1.0,true,{"b":"b"},["b"]]}}""");
            await owner.StartSessionAsync("""{"title":"play","metadata":{"kind":"play","n":1.0,"yes":true,"deep":{"er":5},"list":["1"]}}""");
            await owner.StartSessionAsync("""{"title":"text","metadata":{"n":"1","yes":"true"}}""");
            await owner.StartSessionAsync("""{"title":"dots","metadata":{"dot.ted":1,"back\\slash":"%_'\"","☃":"😀"}}""");
        }

        var list = (await user.GetAsync($"{Sessions}?{query}")).Is(200);

        Assert.Equal(found.Where(title => title.Length > 0).Order(), Titles(list).Order());
        Assert.Equal(list.Items("sessions").Count, list.Number("total"));
        Assert.All(list.Items("sessions"), session => Assert.Equal(user.UserId, session.Text("user_id")));
    }

    [Theory]
    [InlineData("metadata.=1", "metadata.")]
    [InlineData("metadata.a..b=1", "metadata.a..b")]
    [InlineData("metadata.a.=1", "metadata.a.")]
    [InlineData("metadata.a=%00", "metadata.a")]
    [InlineData("metadata.a.b.c.d.e.f.g.h.i.j.k=1", "metadata.a.b.c.d.e.f.g.h.i.j.k")]
    [InlineData("metadata.1&metadata.2&metadata.3&metadata.4&metadata.5&metadata.6&metadata.7&metadata.8&metadata.9&metadata.10&metadata.11", "metadata")]
    public async Task What_is_no_condition_is_refused(string query, string field)
    {
        (await service.AsNewUser().GetAsync($"{Sessions}?{query}")).IsInvalid(field);
    }

    [Theory]
    [InlineData("q=report", "Quarterly REPORT", "summary")]
    [InlineData("q=quart%20rep", "Quarterly REPORT")]
    [InlineData("q=%C3%89T%C3%89", "été 100% à Paris")]
    [InlineData("q=e%CC%81te%CC%81", "été 100% à Paris")]
    [InlineData("q=100%25", "été 100% à Paris")]
    [InlineData("q=%25", "été 100% à Paris")]
    [InlineData("q=_", "snake_case \\ \"quoted\" 'it''s'")]
    [InlineData("q=%5C", "snake_case \\ \"quoted\" 'it''s'")]
    [InlineData("q=%22quoted%22%20it%27%27s", "snake_case \\ \"quoted\" 'it''s'")]
    [InlineData("q=%E6%9D%B1%E4%BA%AC", "東京の天気 😀 <b>bold</b>")]
    [InlineData("q=%F0%9F%98%80", "東京の天気 😀 <b>bold</b>")]
    [InlineData("q=%3CB%3E", "東京の天気 😀 <b>bold</b>")]
    [InlineData("q=nothing", "")]
    [InlineData("q=%27%20OR%20true%20--", "")]
    public async Task Sessions_are_found_by_words_of_title_and_summary(string query, params string[] found)
    {
        var user = service.AsNewUser();
        foreach (var title in new[] { "Quarterly REPORT", "été 100% à Paris", "snake_case \\ \"quoted\" 'it''s'", "東京の天気 😀 <b>bold</b>" })
        {
            await user.StartSessionAsync(JsonSerializer.Serialize(new { title }));
        }

        (await user.PutAsync(await user.StartSessionAsync("""{"title":"summary"}"""), """{"session_summary":"A long Report of it"}""")).Is(200);
        await user.StartSessionAsync();

        var list = (await user.GetAsync($"{Sessions}?{query}")).Is(200);

        Assert.Equal(found.Where(title => title.Length > 0).Order(), Titles(list).Order());
        Assert.Equal(list.Items("sessions").Count, list.Number("total"));
    }

    [Fact]
    public async Task Times_bound_creation_and_activity()
    {
        var user = service.AsNewUser();
        var first = await user.StartSessionAsync("""{"title":"first"}""");
        var second = (await user.GetAsync(await user.StartSessionAsync("""{"title":"second"}"""))).Is(200);
        await user.WriteMessageAsync(first);
        var createdAt = second.Text("created_at");

        Assert.Equal(["first"], Titles((await user.GetAsync($"{Sessions}?created_before={createdAt}")).Is(200)));
        Assert.Empty(Titles((await user.GetAsync($"{Sessions}?created_after={createdAt}")).Is(200)));
        Assert.Equal(["first"], Titles((await user.GetAsync($"{Sessions}?active_after={createdAt}")).Is(200)));
        Assert.Equal(["second", "first"], Titles((await user.GetAsync($"{Sessions}?created_after=2020-01-01&active_after=2020-01-01T00:00:00%2B02:00")).Is(200)));
        Assert.Equal(["second", "first"], Titles((await user.GetAsync($"{Sessions}?created_after=2020-01-01T00:00:00+02:00")).Is(200)));
        Assert.Empty(Titles((await user.GetAsync($"{Sessions}?active_before=2020-01-01")).Is(200)));
        (await user.GetAsync($"{Sessions}?created_after=yesterday&created_before=2020-13-01&active_after=1&active_before=2020-01-01T00:00"))
            .IsInvalid("created_after", "created_before", "active_after", "active_before");
        (await user.GetAsync($"{Sessions}?sort=name&order=up&q={new string('x', 201)}&starred=maybe")).IsInvalid("sort", "order", "q", "starred");
        (await user.GetAsync($"{Sessions}?q=1%202%203%204%205%206%207%208%209%2010%2011")).IsInvalid("q");
    }

    [Fact]
    public async Task Totals_of_statuses_and_stars_follow_every_change()
    {
        var user = service.AsNewUser();
        var sessions = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => user.StartSessionAsync()));
        await Task.WhenAll(sessions.Select(async (session, i) =>
        {
            await (i % 3 == 0 ? user.PostAsync($"{session}/star", "{}") : user.PutAsync(session, """{"status":"archived"}"""));
            await (i % 2 == 0 ? user.DeleteAsync(session) : user.DeleteAsync($"{session}/star"));
        }));

        foreach (var (query, total) in new[]
        {
            ("", 30), ("status=ended", 15), ("starred=true", 5), ("starred=false", 25), ("starred=true&status=ended", 5), ("active_only=true", 5),
            ("status=archived,active&starred=false", 15),
        })
        {
            var list = (await user.GetAsync($"{Sessions}?{query}&page_size=100")).Is(200);
            Assert.Equal((query, total, total), (query, list.Number("total"), list.Items("sessions").Count));
        }

        await using var database = new TestDatabase(service.ConnectionString);
        Assert.Equal(["0"], await database.QueryAsync(
            """
            SELECT count(*)
            FROM (SELECT user_id, status, starred_at IS NOT NULL AS is_starred, count(*) AS sessions FROM dev.sessions GROUP BY 1, 2, 3) AS counted
            FULL JOIN (SELECT user_id, status, is_starred, sum(sessions) AS sessions FROM dev.session_counts GROUP BY 1, 2, 3) AS kept
                USING (user_id, status, is_starred)
            WHERE coalesce(counted.sessions, 0) <> coalesce(kept.sessions, 0)
            """));
    }

    [Fact]
    public async Task What_an_older_version_wrote_uncounted_is_counted_while_others_write()
    {
        var user = service.AsNewUser();
        await using var database = new TestDatabase(service.ConnectionString);
        await database.ExecuteAsync(SessionRows.Insert(user, 40, "now()"));
        await database.ExecuteAsync(
            $"""
            UPDATE dev.sessions SET status = 'ended', starred_at = now()
            WHERE session_id IN (SELECT session_id FROM dev.sessions WHERE user_id = '{user.UserId}' LIMIT 15);
            DELETE FROM dev.session_counts WHERE user_id = '{user.UserId}'
            """);

        var recount = service.Services.GetRequiredService<RecountJob>();
        await Task.WhenAll(
            Task.Run(async () =>
            {
                for (var i = 0; i < 5; i++)
                {
                    await recount.RecountAsync(CancellationToken.None);
                }
            }),
            Task.WhenAll(Enumerable.Range(0, 20).Select(_ => user.StartSessionAsync())));

        Assert.Equal(60, (await user.GetAsync(Sessions)).Is(200).Number("total"));
        Assert.Equal(15, (await user.GetAsync($"{Sessions}?status=ended&starred=true")).Is(200).Number("total"));
    }

    private static List<string> Titles(JsonElement list) => [.. list.Items("sessions").Select(session => session.GetProperty("title").GetString() ?? "")];
}
