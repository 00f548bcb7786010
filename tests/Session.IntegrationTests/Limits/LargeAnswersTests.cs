using SessionService.IntegrationTests.Databases;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Limits;

/// <summary>A service that sends two large answers at once, of which one user may have one.</summary>
public sealed class FewLargeAnswersFixture : ApiFixture
{
    // At the lowest rate no answer is ended early, however long the test takes beside it.
    protected override IEnumerable<KeyValuePair<string, string>> Settings =>
        [KeyValuePair.Create("Limits:MaxLargeAnswers", "2"), KeyValuePair.Create("Limits:MinBytesPerSecond", "1")];
}

public sealed class LargeAnswersTests(FewLargeAnswersFixture service) : IClassFixture<FewLargeAnswersFixture>
{
    [Fact]
    public async Task Who_has_a_large_answer_on_its_way_is_refused_another_and_nothing_else()
    {
        var user = await NewUserAsync();
        using var slow = await StartReadingAsync(user);

        var refused = await user.GetAsync("/api/v1/sessions");

        refused.IsProblem(503, "overloaded");
        Assert.NotEmpty(refused.Headers["Retry-After"]);
        Assert.False(refused.Headers.ContainsKey("Content-Disposition"));
        await user.StartSessionAsync();
        (await user.GetAsync("/api/v1/sessions?page_size=1")).Is(200);
    }

    [Fact]
    public async Task One_user_leaves_room_for_others_until_all_room_is_taken()
    {
        using var first = await StartReadingAsync(await NewUserAsync());
        var second = await NewUserAsync();
        var third = await NewUserAsync();
        (await second.GetAsync("/api/v1/sessions")).Is(200);

        using var slow = await StartReadingAsync(second);

        (await third.GetAsync("/api/v1/sessions")).IsProblem(503, "overloaded");
        first.Dispose();
        await Eventually.IsSoAsync(async () => (await third.GetAsync("/api/v1/sessions")).Status == 200);
    }

    [Fact]
    public async Task A_write_is_answered_however_large_the_answer()
    {
        var user = await NewUserAsync();
        using var slow = await StartReadingAsync(user);
        var session = await user.StartSessionAsync();
        var content = new string('x', 800_000);

        var batch = await user.PostAsync(
            $"{session}/messages/batch",
            $$"""{"messages":[{"role":"user","content":"{{content}}"},{"role":"user","content":"{{content}}"}]}""");

        Assert.Equal(2, batch.Is(201).Number("total"));
        (await user.GetAsync($"{session}/messages")).IsProblem(503, "overloaded");
        (await user.GetAsync($"{session}/messages/1")).IsProblem(503, "overloaded");
    }

    private async Task<ApiClient> NewUserAsync()
    {
        var user = service.AsNewUser();
        await LargeRows.AddSessionsAsync(service.ConnectionString, user, sessions: 8, kilobytesEach: 1800);
        return user;
    }

    private async Task<HttpResponseMessage> StartReadingAsync(ApiClient user)
    {
        var http = new HttpClient { BaseAddress = service.Address };
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/sessions");
        request.Headers.Add("X-User-Id", user.UserId);
        var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(200, (int)response.StatusCode);
        return response;
    }
}
