using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Identity;

/// <summary>A service in a network where others call it without a user.</summary>
public sealed class ClosedNetworkFixture : ApiFixture
{
    protected override IEnumerable<KeyValuePair<string, string>> Settings => [KeyValuePair.Create("Identity:RequireUser", "false")];
}

public sealed class ClosedNetworkTests(ClosedNetworkFixture service) : IClassFixture<ClosedNetworkFixture>
{
    private const string Sessions = "/api/v1/sessions";

    [Fact]
    public async Task A_caller_without_a_name_reaches_every_session()
    {
        var owner = service.AsNewUser();
        var nobody = service.AsNobody();
        var session = await owner.StartSessionAsync();

        (await nobody.GetAsync(session)).Is(200);
        var message = await nobody.WriteMessageAsync(session);
        Assert.Equal(owner.UserId, message.Text("user_id"));
        Assert.Equal(1, (await nobody.GetAsync($"{session}/messages")).Is(200).Number("total"));
        Assert.Equal(owner.UserId, (await nobody.PostAsync($"{session}/memory", """{"content":"All."}""")).Is(201).Text("user_id"));
        (await nobody.GetAsync($"{session}/memory")).Is(200);
        Assert.Equal(owner.UserId, (await nobody.GetAsync($"{session}/summary")).Is(200).Text("user_id"));
        Assert.Equal(owner.UserId, (await nobody.PutAsync(session, """{"session_summary":"A test."}""")).Is(200).Text("user_id"));
        (await nobody.DeleteAsync(session)).Is(200);
        Assert.Equal("ended", (await owner.GetAsync(session)).Is(200).Text("status"));
    }

    [Fact]
    public async Task A_caller_with_a_name_still_reaches_their_own_only()
    {
        var session = await service.AsNewUser().StartSessionAsync();

        (await service.AsNewUser().GetAsync(session)).IsProblem(404, "session_not_found");
    }

    [Theory]
    [InlineData("GET", "", null)]
    [InlineData("PUT", "", "{}")]
    [InlineData("DELETE", "", null)]
    [InlineData("GET", "/summary", null)]
    [InlineData("POST", "/messages", """{"role":"user","content":"Hello"}""")]
    [InlineData("GET", "/messages", null)]
    [InlineData("POST", "/memory", """{"content":"All."}""")]
    [InlineData("GET", "/memory", null)]
    public async Task A_session_that_never_was_is_a_404_there_too(string method, string subPath, string? body)
    {
        var answer = await service.AsNobody().SendAsync(new HttpMethod(method), $"{Sessions}/{Guid.NewGuid()}{subPath}", body);

        answer.IsProblem(404, "session_not_found");
    }

    [Fact]
    public async Task A_list_and_a_new_session_are_somebodys_even_there()
    {
        (await service.AsNobody().GetAsync(Sessions)).IsInvalid("user_id");
        (await service.AsNobody().PostAsync(Sessions, "{}")).IsInvalid("user_id");
    }

    [Fact]
    public async Task Contradicting_names_are_refused_there_too()
    {
        (await service.As("ann").GetAsync($"{Sessions}/{Guid.NewGuid()}?user_id=bob")).IsInvalid("user_id");
    }
}
