using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using SessionService.Client;
using SessionService.ClientTests.Hosting;

namespace SessionService.ClientTests;

public sealed class CallerTests
{
    private static readonly Guid Id = Guid.Parse("a87a9d6e-4137-4d41-8ab8-a13c4abcc83e");

    [Fact]
    public async Task A_token_is_asked_for_before_each_attempt_for_the_user_of_the_call()
    {
        var service = new StubService().ThenBreakOff();
        var asked = new List<string?>();
        var client = service.Client(options => options.TokenProvider = (user, _) =>
        {
            asked.Add(user);
            return ValueTask.FromResult<string?>($"token-{asked.Count}");
        });

        await client.ForUser("grace").Sessions.GetAsync(Id);

        Assert.Equal(["grace", "grace"], asked);
        Assert.Equal(["Bearer token-1", "Bearer token-2"], service.Requests.Select(request => request.Headers["Authorization"]));
    }

    [Fact]
    public async Task A_key_of_a_service_acts_for_the_user_of_the_call()
    {
        var service = new StubService();
        var client = service.Client(options =>
        {
            options.ApiKey = "sk-1";
            options.UserId = null;
        });

        await client.ForUser("ada").Sessions.GetAsync(Id);
        await client.ForUser("Žofie").Sessions.GetAsync(Id);

        Assert.All(service.Requests, request => Assert.Equal("Bearer sk-1", request.Headers["Authorization"]));
        Assert.Equal("ada", service.Requests[0].Headers["X-User-Id"]);
        Assert.Equal("?user_id=%C5%BDofie", service.Requests[1].Address.Query);
        await Assert.ThrowsAsync<InvalidOperationException>(() => client.UserMemories.GetAsync(Id));
    }

    [Theory]
    [InlineData(".")]
    [InlineData("..")]
    public async Task A_text_that_would_lead_to_another_route_is_not_sent(string text)
    {
        var service = new StubService();

        await Assert.ThrowsAsync<ArgumentException>(() => service.Client().Feedback.DeleteAsync(Id, 3, text));
        await Assert.ThrowsAsync<ArgumentException>(() => service.Client().Sessions.CreateAsync(idempotencyKey: text + "\r\nX-User-Id: b"));
        await Assert.ThrowsAsync<ArgumentException>(() => service.Client().ForUser(text).Erasure.EraseUserAsync());

        Assert.Empty(service.Requests);
    }

    [Fact]
    public async Task Fields_and_words_of_a_newer_service_do_not_break_an_older_client()
    {
        var service = new StubService().Then(() => new(HttpStatusCode.OK)
        {
            Content = new StringContent("""{"title": "Plans", "status": "frozen", "temperature": -18}""", mediaType: new("application/json")),
        });

        var session = await service.Client().Sessions.GetAsync(Id);

        Assert.Equal(("Plans", new SessionStatus("frozen"), ""), (session.Title, session.Status, session.SessionSummary));
    }

    [Fact]
    public async Task An_answer_of_something_else_is_an_error_that_says_so()
    {
        var service = new StubService().Then(() => new(HttpStatusCode.OK) { Content = new StringContent("<html>Welcome</html>") });

        var error = await Assert.ThrowsAsync<SessionServiceException>(() => service.Client().Sessions.GetAsync(Id));

        Assert.Equal(200, error.Status);
        Assert.Contains("address", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void All_wrong_settings_are_told_together()
    {
        var error = Assert.Throws<OptionsValidationException>(() => Clients.Of(options =>
        {
            options.Address = new Uri("http://localhost:8205/api/v1");
            options.ApiKey = "two words";
            options.TokenProvider = (_, _) => default;
            options.Retries.MaxRetries = -1;
            options.Retries.Delay = TimeSpan.Zero;
        }));

        Assert.Equal(5, error.Failures.Count());
        Assert.Throws<OptionsValidationException>(() => Clients.Of(_ => { }));
    }

    [Fact]
    public void An_application_that_starts_as_a_host_may_register_the_client_twice_over()
    {
        var services = new ServiceCollection();
        services.AddSessionServiceClient(options => options.Address = new Uri("http://service"));
        services.AddSessionServiceClient(options => options.UserId = "ada");

        using var provider = services.BuildServiceProvider();

        Assert.Equal("ada", provider.GetRequiredService<SessionServiceClient>().UserId);
    }
}
