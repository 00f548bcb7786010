using System.Text.Json;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Sessions;

public sealed class SessionListTests(ApiFixture service) : IClassFixture<ApiFixture>
{
    private const string Sessions = "/api/v1/sessions";

    // Both paths give the same list.
    public static TheoryData<string> Paths() => new() { Sessions, "/api/v1/users/{0}/sessions" };

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task A_user_without_sessions_gets_an_empty_list(string path)
    {
        var user = service.AsNewUser();

        var list = (await user.GetAsync(string.Format(path, user.UserId))).Is(200);

        JsonShape.AssertMatches("""{"sessions": [], "total": 0, "page": 1, "page_size": 50, "next_cursor": null}""", list);
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task The_list_shows_each_session_as_it_is_read_alone(string path)
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync("""{"metadata":{"n":1.10}}""");
        await user.WriteMessageAsync(session, """{"role":"user","content":"Hello","tokens_used":10,"cost_usd":0.001}""");
        await service.AsNewUser().StartSessionAsync();

        var list = (await user.GetAsync(string.Format(path, user.UserId))).Is(200);

        Assert.Equal(1, list.Number("total"));
        JsonShape.AssertMatches((await user.GetAsync(session)).Text, Assert.Single(list.Items("sessions")));
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task Pages_run_from_the_newest_to_the_oldest_and_know_the_total(string path)
    {
        var user = service.AsNewUser();
        var created = new List<string>();
        for (var i = 0; i < 5; i++)
        {
            created.Insert(0, await user.StartSessionAsync());
        }

        var pages = new List<JsonElement>();
        for (var page = 1; page <= 4; page++)
        {
            pages.Add((await user.GetAsync(string.Format(path, user.UserId) + $"?page={page}&page_size=2")).Is(200));
        }

        Assert.Equal(created, pages.SelectMany(page => page.Items("sessions")).Select(session => $"{Sessions}/{session.Text("session_id")}"));
        Assert.Equal([2, 2, 1, 0], pages.Select(page => page.Items("sessions").Count));
        Assert.All(pages, page => Assert.Equal(5, page.Number("total")));
        Assert.Equal([1L, 2, 3, 4], pages.Select(page => page.Number("page")));
        Assert.All(pages, page => Assert.Equal(2, page.Number("page_size")));
    }

    [Fact]
    public async Task The_last_page_there_can_be_is_empty()
    {
        var user = service.AsNewUser();
        await user.StartSessionAsync();

        var list = (await user.GetAsync($"{Sessions}?page=2147483647&page_size=100")).Is(200);

        JsonShape.AssertMatches("""{"sessions": [], "total": 1, "page": 2147483647, "page_size": 100, "next_cursor": null}""", list);
    }

    [Fact]
    public async Task Filters_choose_by_status()
    {
        var user = service.AsNewUser();
        foreach (var status in new[] { "active", "completed", "ended", "archived", "expired", "active" })
        {
            await user.StartSessionInAsync(status);
        }

        Assert.Equal(["active", "expired", "archived", "ended", "completed", "active"], await StatusesAsync(user, ""));
        Assert.Equal(["active", "expired", "archived", "ended", "completed", "active"], await StatusesAsync(user, "?active_only=false"));
        Assert.Equal(["active", "completed", "active"], await StatusesAsync(user, "?active_only=true"));
        Assert.Equal(["ended"], await StatusesAsync(user, "?status=ended"));
        Assert.Equal(["active", "active"], await StatusesAsync(user, "?status=active&active_only=true"));
        Assert.Empty(await StatusesAsync(user, "?status=ended&active_only=true"));
        Assert.Equal(2, (await user.GetAsync($"{Sessions}?status=active&page_size=1")).Is(200).Number("total"));
    }

    [Theory]
    [InlineData("page=0", "page")]
    [InlineData("page=-1", "page")]
    [InlineData("page=one", "page")]
    [InlineData("page=1.5", "page")]
    [InlineData("page=2147483648", "page")]
    [InlineData("page_size=0", "page_size")]
    [InlineData("page_size=-5", "page_size")]
    [InlineData("page_size=101", "page_size")]
    [InlineData("page_size=99999999999999999999", "page_size")]
    [InlineData("active_only=maybe", "active_only")]
    [InlineData("status=closed", "status")]
    [InlineData("status=Active", "status")]
    [InlineData("status=%00", "status")]
    [InlineData("page=0&page_size=101&active_only=maybe&status=closed", "page page_size active_only status")]
    public async Task A_list_that_cannot_be_is_refused_by_every_parameter_at_fault(string query, string fields)
    {
        var user = service.AsNewUser();

        (await user.GetAsync($"{Sessions}?{query}")).IsInvalid(fields.Split(' '));
        (await user.GetAsync($"/api/v1/users/{user.UserId}/sessions?{query}")).IsInvalid(fields.Split(' '));
    }

    [Fact]
    public async Task Blank_parameters_are_not_given()
    {
        var user = service.AsNewUser();
        await user.StartSessionAsync();

        var list = (await user.GetAsync($"{Sessions}?page=&page_size=&status=&active_only=")).Is(200);

        Assert.Equal(1, list.Number("total"));
        Assert.Equal(50, list.Number("page_size"));
    }

    private static async Task<string[]> StatusesAsync(ApiClient user, string query)
    {
        var list = (await user.GetAsync(Sessions + query)).Is(200);
        var statuses = list.Items("sessions").Select(session => session.Text("status")).ToArray();
        Assert.Equal(statuses.Length, list.Number("total"));
        return statuses;
    }
}
