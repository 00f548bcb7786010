using SessionService.IntegrationTests.Hosting;
using SessionService.IntegrationTests.Writes;

namespace SessionService.IntegrationTests.Branches;

/// <summary>An instance keeps the path of a conversation. Whatever changes the path, the next page is of the path of that moment.</summary>
public sealed class KnownPathsTests(ApiFixture service) : IClassFixture<ApiFixture>, IAsyncLifetime
{
    private readonly ApiClient _user = service.AsNewUser();
    private InstanceFixture _other = null!;
    private string _session = "";

    public async Task InitializeAsync()
    {
        _other = new InstanceFixture(service.ConnectionString);
        await _other.InitializeAsync();
        _session = await StartAsync(Guid.NewGuid());
    }

    public async Task DisposeAsync() => await _other.DisposeAsync();

    [Fact]
    public async Task A_rewind_an_activation_and_a_removal_at_another_instance_show_at_once()
    {
        var other = _other.As(_user.UserId);
        await ShowsAsync(1, 2, 5);

        (await other.PostAsync($"{_session}/rewind", """{"to_sequence":1}""")).Is(200);
        await ShowsAsync(1);
        (await other.PostAsync($"{_session}/branches/1/activate", "")).Is(200);
        await ShowsAsync(1, 2, 3, 4);
        (await other.DeleteAsync($"{_session}/messages/2?mode=remove")).Is(200);
        await ShowsAsync(1, 3, 4);
        (await other.PostAsync($"{_session}/branches/2/activate", "")).Is(200);
        await ShowsAsync(1, 5);
    }

    [Fact]
    public async Task Messages_that_another_instance_took_show_at_once_from_either_end()
    {
        await ShowsAsync(1, 2, 5);

        for (var sequence = 6; sequence < 9; sequence++)
        {
            await _other.As(_user.UserId).WriteMessageAsync(_session);
            await ShowsAsync([1, 2, 5, .. Enumerable.Range(6, sequence - 5)]);
        }

        Assert.Equal([5, 6], await NumbersAsync("?after=2&limit=2"));
        Assert.Equal([7], await NumbersAsync("?page=5&page_size=1"));
        Assert.Equal([7], await NumbersAsync("?page=2&page_size=1&order=desc"));
    }

    [Fact]
    public async Task A_message_in_progress_ends_the_page_also_where_the_path_is_known()
    {
        await ShowsAsync(1, 2, 5);

        var open = await _other.As(_user.UserId).WriteMessageAsync(_session, """{"role":"assistant","content":"","status":"in_progress"}""");
        await _user.WriteMessageAsync(_session);
        await ShowsAsync(1, 2, 5);
        (await _user.PostAsync($"{_session}/messages/{open.Number("sequence")}/complete", """{"content":"done"}""")).Is(200);
        await ShowsAsync(1, 2, 5, 6, 7);
    }

    [Fact]
    public async Task A_session_that_was_deleted_and_made_again_has_the_path_of_the_new_one()
    {
        var id = Guid.Parse(_session.Split('/')[^1]);
        await ShowsAsync(1, 2, 5);
        (await _other.As(_user.UserId).DeleteAsync($"{_session}/data")).Is(200);
        Assert.Equal(404, (await _user.GetAsync($"{_session}/messages")).Status);

        await StartAsync(id);
        await ShowsAsync(1, 2, 5);
        (await _other.As(_user.UserId).PostAsync($"{_session}/branches/1/activate", "")).Is(200);
        await ShowsAsync(1, 2, 3, 4);
        (await _other.As(_user.UserId).DeleteAsync($"{_session}/data")).Is(200);
        (await _user.PostAsync("/api/v1/sessions", $$"""{"session_id":"{{id}}"}""")).Is(201);
        await _user.WriteMessageAsync(_session);
        await ShowsAsync(1);
    }

    private async Task ShowsAsync(params int[] numbers)
    {
        var page = (await _user.GetAsync($"{_session}/messages")).Is(200);
        Assert.Equal(numbers.Length, page.Number("total"));
        Assert.Equal(numbers, page.Items("messages").Select(message => (int)message.Number("sequence")));
        Assert.Equal(numbers.Reverse(), await NumbersAsync("?order=desc"));
    }

    private async Task<IEnumerable<int>> NumbersAsync(string query) =>
        (await _user.GetAsync($"{_session}/messages{query}")).Is(200).Items("messages").Select(message => (int)message.Number("sequence"));

    /// <summary>A session with messages 1 to 4 in its first branch, and 1, 2 and 5 in the current one.</summary>
    private async Task<string> StartAsync(Guid id)
    {
        (await _user.PostAsync("/api/v1/sessions", $$"""{"session_id":"{{id}}"}""")).Is(201);
        var session = $"/api/v1/sessions/{id}";
        for (var i = 1; i <= 4; i++)
        {
            await _user.WriteMessageAsync(session);
        }

        (await _user.PostAsync($"{session}/rewind", """{"to_sequence":2}""")).Is(200);
        await _user.WriteMessageAsync(session);
        return session;
    }
}
