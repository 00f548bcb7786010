using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Identity;

/// <summary>Ids are compared character by character. Ids that only folding makes equal belong to different users.</summary>
public sealed class OrdinalIdsTests(ApiFixture service) : IClassFixture<ApiFixture>
{
    [Theory]
    [InlineData("ordinal-A", "ordinal-a")]
    [InlineData("straße", "strasse")]
    [InlineData("caf\u00E9", "cafe\u0301")]
    [InlineData("ﬁne", "fine")]
    [InlineData("user２", "user2")]
    [InlineData("İd", "id")]
    [InlineData("join\u200Ded", "joined")]
    [InlineData("각", "\u1100\u1161\u11A8")]
    public async Task Who_is_written_another_way_is_another_user(string one, string other)
    {
        var client = service.AsNobody();
        var session = (await client.PostAsync($"/api/v1/sessions{As(one)}", "{}")).Is(201);
        var path = $"/api/v1/sessions/{session.Text("session_id")}";
        (await client.PostAsync($"{path}/messages{As(one)}", """{"role":"user","content":"zebra"}""")).Is(201);

        Assert.Equal(one, (await client.GetAsync(path + As(one))).Is(200).Text("user_id"));
        (await client.GetAsync(path + As(other))).IsProblem(404, "session_not_found");
        Assert.Equal(1, await TotalAsync(one));
        Assert.Equal(0, await TotalAsync(other));
        Assert.Equal(1, await HitsAsync(one));
        Assert.Equal(0, await HitsAsync(other));

        async Task<long> TotalAsync(string user) => (await client.GetAsync($"/api/v1/sessions{As(user)}")).Is(200).Number("total");

        async Task<long> HitsAsync(string user) => (await client.GetAsync($"/api/v1/sessions/search{As(user)}&q=zebra")).Is(200).Number("total_hits");
    }

    private static string As(string user) => $"?user_id={Uri.EscapeDataString(user)}";
}
