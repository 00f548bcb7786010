using System.Text.Json;
using SessionService.IntegrationTests.Databases;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Sessions;

public sealed class SessionCursorTests(ApiFixture service) : IClassFixture<ApiFixture>
{
    private const string Sessions = "/api/v1/sessions";

    // Both paths give the same list.
    public static TheoryData<string> Paths() => new() { Sessions, "/api/v1/users/{0}/sessions" };

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task The_list_goes_on_from_its_cursor_to_its_end(string path)
    {
        var user = service.AsNewUser();
        var created = new List<string>();
        for (var i = 0; i < 5; i++)
        {
            created.Insert(0, Id(await user.StartSessionAsync()));
        }

        var lists = await ReadAsync(user, string.Format(path, user.UserId) + "?page_size=2");

        Assert.Equal(created, lists.SelectMany(Ids));
        Assert.Equal([2, 2, 1], lists.Select(list => list.Items("sessions").Count));
        Assert.All(lists, list => Assert.Equal((5, 1, 2), (list.Number("total"), list.Number("page"), list.Number("page_size"))));
    }

    [Fact]
    public async Task Every_page_tells_where_the_list_goes_on()
    {
        var user = service.AsNewUser();
        for (var i = 0; i < 4; i++)
        {
            await user.StartSessionAsync();
        }

        var second = (await user.GetAsync($"{Sessions}?page=2&page_size=1")).Is(200);
        var rest = (await user.GetAsync($"{Sessions}?page_size=2&cursor={second.Text("next_cursor")}")).Is(200);
        var last = (await user.GetAsync($"{Sessions}?page=2&page_size=2")).Is(200);
        var beyond = (await user.GetAsync($"{Sessions}?page=3&page_size=2")).Is(200);

        Assert.Equal(Ids(last), Ids(rest));
        Assert.All([rest, last, beyond], list => Assert.Equal(JsonValueKind.Null, list.GetProperty("next_cursor").ValueKind));
    }

    [Fact]
    public async Task Sessions_of_one_moment_are_told_apart_by_their_ids()
    {
        var user = service.AsNewUser();
        await InsertAsync(user, 25, createdAt: "'2025-09-23T14:21:49.365937Z'");

        var lists = await ReadAsync(user, $"{Sessions}?page_size=4");

        var all = Ids((await user.GetAsync($"{Sessions}?page_size=100")).Is(200));
        Assert.Equal(all, lists.SelectMany(Ids));
        Assert.Equal(25, all.Distinct().Count());
        Assert.Equal(all.OrderDescending(StringComparer.Ordinal), all);
    }

    [Fact]
    public async Task The_cursor_keeps_the_filters()
    {
        var user = service.AsNewUser();
        foreach (var status in new[] { "active", "ended", "completed", "ended", "active", "ended", "expired" })
        {
            await user.StartSessionInAsync(status);
        }

        foreach (var (filter, count) in new[] { ("status=ended", 3), ("active_only=true", 3), ("status=active&active_only=true", 2) })
        {
            var lists = await ReadAsync(user, $"{Sessions}?page_size=1&{filter}");

            Assert.Equal(Ids((await user.GetAsync($"{Sessions}?{filter}")).Is(200)), lists.SelectMany(Ids));
            Assert.Equal(count, lists.Count);
            Assert.All(lists, list => Assert.Equal(count, list.Number("total")));
        }
    }

    [Fact]
    public async Task A_session_that_leaves_the_list_does_not_lose_the_place()
    {
        var user = service.AsNewUser();
        for (var i = 0; i < 4; i++)
        {
            await user.StartSessionAsync();
        }

        var first = (await user.GetAsync($"{Sessions}?status=active&page_size=2")).Is(200);
        foreach (var id in Ids(first))
        {
            (await user.DeleteAsync($"{Sessions}/{id}")).Is(200);
        }

        var rest = (await user.GetAsync($"{Sessions}?status=active&page_size=2&cursor={first.Text("next_cursor")}")).Is(200);

        Assert.Equal(2, rest.Items("sessions").Count);
        Assert.Empty(Ids(first).Intersect(Ids(rest)));
    }

    [Fact]
    public async Task While_others_create_sessions_nothing_comes_twice_and_nothing_is_missed()
    {
        var user = service.AsNewUser();
        var there = new List<string>();
        for (var i = 0; i < 60; i++)
        {
            there.Add(Id(await user.StartSessionAsync()));
        }

        var writing = Task.WhenAll(Enumerable.Range(0, 4).Select(async _ =>
        {
            for (var i = 0; i < 40; i++)
            {
                await user.StartSessionAsync();
            }
        }));
        var rounds = new List<List<string>>();
        do
        {
            rounds.Add([.. (await ReadAsync(user, $"{Sessions}?page_size=7")).SelectMany(Ids)]);
        }
        while (!writing.IsCompleted);

        await writing;
        Assert.All(rounds, ids =>
        {
            Assert.Distinct(ids);
            Assert.Equal(there.AsEnumerable().Reverse(), ids[^there.Count..]);
        });
        Assert.Equal(220, (await ReadAsync(user, $"{Sessions}?page_size=7")).SelectMany(Ids).Distinct().Count());
    }

    [Fact]
    public async Task A_cursor_of_another_list_is_refused()
    {
        var user = service.AsNewUser();
        await user.StartSessionAsync();
        await user.StartSessionAsync();
        var cursor = (await user.GetAsync($"{Sessions}?page_size=1")).Is(200).Text("next_cursor");

        (await user.GetAsync($"{Sessions}?cursor={cursor}&active_only=false&page_size=7")).Is(200);
        (await user.GetAsync($"{Sessions}?cursor={cursor}&active_only=true")).IsInvalid("cursor");
        (await user.GetAsync($"{Sessions}?cursor={cursor}&status=active")).IsInvalid("cursor");
        (await user.GetAsync($"/api/v1/users/{user.UserId}/sessions?cursor={cursor}&status=active")).IsInvalid("cursor");
        (await user.GetAsync($"{Sessions}?cursor={cursor}&status=closed")).IsInvalid("status");
        (await user.GetAsync($"{Sessions}?cursor={cursor}&page=1")).IsInvalid("page");
        (await user.GetAsync($"{Sessions}?cursor={cursor}&page=2&page_size=0&status=active")).IsInvalid("page", "page_size", "cursor");
    }

    [Theory]
    [InlineData("x")]
    [InlineData("%00")]
    [InlineData("null")]
    [InlineData("0")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("%2B%2B%2B%2B%2B%2B%2B%2B%2B%2B%2B%2B%2B%2B%2B%2B%2B%2B%2B%2B%2B%2B%2B%2B%2B%2B%2B%2B%2B%2B%2B%2B%2B%2B%2B%2B%2B%2B%2B%2B")]
    [InlineData("%F0%9F%98%80%F0%9F%98%80%F0%9F%98%80")]
    [InlineData("';DROP TABLE dev.sessions;--")]
    public async Task Foreign_text_is_no_cursor(string text)
    {
        var user = service.AsNewUser();

        (await user.GetAsync($"{Sessions}?cursor={text}")).IsInvalid("cursor");
    }

    [Fact]
    public async Task A_garbled_cursor_is_refused_wherever_it_was_garbled()
    {
        var user = service.AsNewUser();
        await user.StartSessionAsync();
        await user.StartSessionAsync();
        var cursor = (await user.GetAsync($"{Sessions}?page_size=1")).Is(200).Text("next_cursor");
        Assert.Matches("^[A-Za-z0-9_-]+$", cursor);

        for (var i = 0; i < cursor.Length; i++)
        {
            var garbled = cursor[..i] + (cursor[i] == 'A' ? 'B' : 'A') + cursor[(i + 1)..];
            (await user.GetAsync($"{Sessions}?cursor={garbled}")).IsInvalid("cursor");
        }

        (await user.GetAsync($"{Sessions}?cursor={cursor[..^1]}")).IsInvalid("cursor");
        (await user.GetAsync($"{Sessions}?cursor={cursor}A")).IsInvalid("cursor");
        (await user.GetAsync($"{Sessions}?cursor={cursor}=")).IsInvalid("cursor");
        (await user.GetAsync($"{Sessions}?cursor={cursor[..20]}%0A{cursor[21..]}")).IsInvalid("cursor");
    }

    [Fact]
    public async Task A_cursor_of_another_users_gives_nothing_of_theirs()
    {
        var owner = service.AsNewUser();
        var other = service.AsNewUser();
        var mine = Id(await other.StartSessionAsync());
        for (var i = 0; i < 3; i++)
        {
            await owner.StartSessionAsync();
        }

        var cursor = (await owner.GetAsync($"{Sessions}?page_size=1")).Is(200).Text("next_cursor");
        var list = (await other.GetAsync($"{Sessions}?cursor={cursor}")).Is(200);

        Assert.Equal([mine], Ids(list));
        Assert.DoesNotContain(owner.UserId, System.Text.Encoding.Latin1.GetString(System.Buffers.Text.Base64Url.DecodeFromChars(cursor)), StringComparison.Ordinal);
    }

    private static async Task<List<JsonElement>> ReadAsync(ApiClient user, string path)
    {
        var lists = new List<JsonElement>();
        var cursor = "";
        while (true)
        {
            var list = (await user.GetAsync($"{path}&cursor={cursor}")).Is(200);
            lists.Add(list);
            if (list.GetProperty("next_cursor").GetString() is not { } next)
            {
                return lists;
            }

            cursor = next;
        }
    }

    private static string Id(string path) => path.Split('/')[^1];

    private static List<string> Ids(JsonElement list) => [.. list.Items("sessions").Select(session => session.Text("session_id"))];

    private async Task InsertAsync(ApiClient user, int count, string createdAt)
    {
        await using var database = new TestDatabase(service.ConnectionString);
        await database.ExecuteAsync(SessionRows.Insert(user, count, createdAt));
    }
}
