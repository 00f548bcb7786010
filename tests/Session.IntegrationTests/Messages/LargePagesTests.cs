using System.Text.Json;
using SessionService.IntegrationTests.Databases;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Messages;

/// <summary>A session of 300 messages of many lengths, together some 60 MiB.</summary>
public sealed class LargePagesFixture : ApiFixture
{
    public const int Messages = 300;

    public ApiClient User { get; private set; } = null!;

    public string Session { get; private set; } = "";

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        User = AsNewUser();
        Session = await User.StartSessionAsync();
        await LargeRows.AddMessagesAsync(ConnectionString, Session, Messages, kilobytesEach: 1);
        await using var database = new TestDatabase(ConnectionString);
        await database.ExecuteAsync(
            """
            UPDATE dev.session_messages SET
                content = repeat(sequence || ' ', CASE sequence % 7 WHEN 0 THEN 250000 WHEN 1 THEN 5000 WHEN 2 THEN 1000 ELSE 10 END),
                message_metadata = jsonb_build_object('n', sequence, 'x', repeat('x', CASE sequence % 11 WHEN 0 THEN 1000000 ELSE 10 END))
            """);
    }
}

public sealed class LargePagesTests(LargePagesFixture service) : IClassFixture<LargePagesFixture>
{
    private const int MaxPageBytes = 16 * 1024 * 1024;

    [Theory]
    [InlineData("", 1)]
    [InlineData("&order=desc", 1)]
    [InlineData("&role=user", 1)]
    [InlineData("&order=desc&role=assistant", 1)]
    [InlineData("", 2)]
    [InlineData("&order=desc", 2)]
    [InlineData("&role=user", 2)]
    public async Task A_page_by_number_is_whole(string filter, int page)
    {
        var list = (await service.User.GetAsync($"{service.Session}/messages?page_size=120&page={page}{filter}")).Is(200);

        var numbers = Enumerable.Range(1, LargePagesFixture.Messages)
            .Where(n => !filter.Contains("role=user", StringComparison.Ordinal) || n % 3 != 0)
            .Where(n => !filter.Contains("role=assistant", StringComparison.Ordinal) || n % 3 == 0)
            .ToList();
        var ordered = filter.Contains("desc", StringComparison.Ordinal) ? Enumerable.Reverse(numbers) : numbers;
        Assert.Equal(numbers.Count, list.Number("total"));
        Assert.Equal(ordered.Skip((page - 1) * 120).Take(120), list.Items("messages").Select(CheckedNumber));
        Assert.False(list.TryGetProperty("has_more", out _));
    }

    [Theory]
    [InlineData("")]
    [InlineData("&role=user")]
    public async Task Positions_lead_forward_through_pages_that_end_early(string filter)
    {
        var (read, after, pages, hasMore) = (new List<int>(), 0, 0, true);
        while (hasMore)
        {
            var answer = await service.User.GetAsync($"{service.Session}/messages?after={after}&limit=1000{filter}");
            var list = answer.Is(200);
            read.AddRange(list.Items("messages").Select(CheckedNumber));
            (after, hasMore) = (read[^1], list.GetProperty("has_more").GetBoolean());
            pages++;
            Assert.InRange(answer.Text.Length, 1, MaxPageBytes + (4 * 1024 * 1024));
        }

        Assert.Equal(Expected(filter), read);
        Assert.InRange(pages, 2, 10);
    }

    [Theory]
    [InlineData("")]
    [InlineData("&role=user")]
    public async Task Positions_lead_backward_through_pages_that_begin_late(string filter)
    {
        var (read, before, pages, hasMore) = (new List<int>(), LargePagesFixture.Messages + 1, 0, true);
        while (hasMore)
        {
            var answer = await service.User.GetAsync($"{service.Session}/messages?before={before}&limit=1000{filter}");
            var list = answer.Is(200);
            read.InsertRange(0, list.Items("messages").Select(CheckedNumber));
            (before, hasMore) = (read[0], list.GetProperty("has_more").GetBoolean());
            pages++;
            Assert.InRange(answer.Text.Length, 1, MaxPageBytes + (4 * 1024 * 1024));
        }

        Assert.Equal(Expected(filter), read);
        Assert.InRange(pages, 2, 10);
    }

    [Fact]
    public async Task A_page_of_a_session_that_is_erased_midway_does_not_end_as_if_it_were_whole()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        await LargeRows.AddMessagesAsync(service.ConnectionString, session, messages: 200, kilobytesEach: 100);
        using var http = new HttpClient { BaseAddress = service.Address };
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{session}/messages?page_size=200");
        request.Headers.Add("X-User-Id", user.UserId);
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);

        (await user.DeleteAsync($"/api/v1/users/{user.UserId}/data")).Is(200);

        await Assert.ThrowsAnyAsync<Exception>(() => response.Content.ReadAsByteArrayAsync());
    }

    private static IEnumerable<int> Expected(string filter) =>
        Enumerable.Range(1, LargePagesFixture.Messages).Where(n => filter.Length == 0 || n % 3 != 0);

    private static int CheckedNumber(JsonElement message)
    {
        var number = (int)message.Number("sequence");
        Assert.StartsWith($"{number} {number}", message.Text("content"), StringComparison.Ordinal);
        Assert.Equal(number, message.GetProperty("metadata").Number("n"));
        return number;
    }
}
