using Microsoft.Extensions.Time.Testing;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Sessions;

public sealed class SessionTimesTests : IClassFixture<ApiFixture>
{
    private const string Start = "2025-09-23T14:21:49.365937Z";
    private const string Later = "2025-09-23T14:22:49.365937Z";

    private readonly FakeTimeProvider _clock = new(DateTimeOffset.Parse(Start));
    private readonly ApiClient _user;

    public SessionTimesTests(ApiFixture service)
    {
        service.Clock.Set(_clock);
        _user = service.AsNewUser();
    }

    [Fact]
    public async Task A_new_session_was_created_changed_and_active_now()
    {
        Assert.Equal((Start, Start, Start), await TimesAsync(await _user.StartSessionAsync()));
    }

    [Fact]
    public async Task A_time_is_cut_to_the_microsecond_in_the_answer_as_in_the_database()
    {
        _clock.Advance(TimeSpan.FromTicks(9));

        var session = (await _user.PostAsync("/api/v1/sessions", "{}")).Is(201);

        Assert.Equal(Start, session.Text("created_at"));
        Assert.Equal((Start, Start, Start), await TimesAsync($"/api/v1/sessions/{session.Text("session_id")}"));
    }

    [Fact]
    public async Task Whole_seconds_are_written_with_six_digits_too()
    {
        _clock.SetUtcNow(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

        var (created, _, _) = await TimesAsync(await _user.StartSessionAsync());

        Assert.Equal("2026-01-01T00:00:00.000000Z", created);
    }

    [Theory]
    [InlineData("""{"status":"completed"}""")]
    [InlineData("""{"metadata":{"a":1}}""")]
    [InlineData("""{"conversation_data":{"a":1}}""")]
    [InlineData("""{"session_summary":"A test."}""")]
    public async Task A_change_moves_updated_at_and_nothing_else(string change)
    {
        var session = await _user.StartSessionAsync();
        _clock.Advance(TimeSpan.FromMinutes(1));

        (await _user.PutAsync(session, change)).Is(200);

        Assert.Equal((Start, Later, Start), await TimesAsync(session));
    }

    [Fact]
    public async Task A_client_may_say_when_the_session_was_active()
    {
        var session = await _user.StartSessionAsync();
        _clock.Advance(TimeSpan.FromMinutes(1));

        (await _user.PutAsync(session, """{"last_activity":"2025-09-23T14:22:00Z"}""")).Is(200);

        Assert.Equal((Start, Later, "2025-09-23T14:22:00.000000Z"), await TimesAsync(session));
    }

    [Fact]
    public async Task A_refused_change_moves_nothing()
    {
        var session = await _user.StartSessionInAsync("ended");
        _clock.Advance(TimeSpan.FromMinutes(1));

        (await _user.PutAsync(session, """{"status":"active"}""")).IsProblem(409, "status_change_not_allowed");
        (await _user.PutAsync(session, """{"status":"closed"}""")).IsInvalid("status");
        (await _user.PostAsync($"{session}/messages", """{"role":"user","content":"Too late"}""")).IsProblem(409, "session_ended");

        Assert.Equal((Start, Start, Start), await TimesAsync(session));
    }

    [Fact]
    public async Task The_end_moves_updated_at_the_first_time()
    {
        var session = await _user.StartSessionAsync();
        _clock.Advance(TimeSpan.FromMinutes(1));
        (await _user.DeleteAsync(session)).Is(200);
        _clock.Advance(TimeSpan.FromMinutes(1));
        (await _user.DeleteAsync(session)).Is(200);

        Assert.Equal((Start, Later, Start), await TimesAsync(session));
    }

    [Fact]
    public async Task A_message_moves_updated_at_and_last_activity()
    {
        var session = await _user.StartSessionAsync();
        _clock.Advance(TimeSpan.FromMinutes(1));

        var message = await _user.WriteMessageAsync(session);

        Assert.Equal(Later, message.Text("created_at"));
        Assert.Equal((Start, Later, Later), await TimesAsync(session));
    }

    [Fact]
    public async Task History_written_afterwards_keeps_its_time_and_is_activity_of_now()
    {
        var session = await _user.StartSessionAsync();
        _clock.Advance(TimeSpan.FromMinutes(1));

        var message = await _user.WriteMessageAsync(
            session, """{"role":"user","content":"Hello","created_at":"2020-02-29T01:00:00.1234567+01:00"}""");

        Assert.Equal("2020-02-29T00:00:00.123456Z", message.Text("created_at"));
        Assert.Equal((Start, Later, Later), await TimesAsync(session));
        var stored = (await _user.GetAsync($"{session}/messages")).Is(200).Items("messages")[0];
        Assert.Equal("2020-02-29T00:00:00.123456Z", stored.Text("created_at"));
    }

    [Fact]
    public async Task A_message_may_be_of_now_but_not_of_the_future()
    {
        var session = await _user.StartSessionAsync();

        var now = await _user.PostAsync($"{session}/messages", $$"""{"role":"user","content":"Hello","created_at":"{{Start}}"}""");
        var future = await _user.PostAsync($"{session}/messages", """{"role":"user","content":"Hello","created_at":"2025-09-23T14:26:49.365938Z"}""");

        Assert.Equal(Start, now.Is(201).Text("created_at"));
        future.IsInvalid("created_at");
        Assert.Equal(1, (await _user.GetAsync(session)).Is(200).Number("message_count"));
    }

    [Theory]
    [InlineData("2025-09-23T14:21:49.365938Z")]
    [InlineData("2025-09-23T14:26:49.365937")]
    [InlineData("2025-09-23T16:26:49.365937+02:00")]
    public async Task A_clock_of_a_client_that_is_up_to_five_minutes_ahead_counts_as_right(string ahead)
    {
        var session = await _user.StartSessionAsync();
        var body = $$"""{"message_id":"{{Guid.NewGuid()}}","role":"user","content":"Hello","created_at":"{{ahead}}"}""";

        var message = await _user.WriteMessageAsync(session, body);
        _clock.Advance(TimeSpan.FromMinutes(1));
        var again = await _user.PostAsync($"{session}/messages", body);
        _clock.Advance(TimeSpan.FromHours(1));
        var late = await _user.PostAsync($"{session}/messages", body);
        _clock.SetUtcNow(DateTimeOffset.Parse(Later) + TimeSpan.FromHours(1));
        var put = (await _user.PutAsync(session, $$"""{"last_activity":"2025-09-23T15:27:49.365937"}""")).Is(200);
        var created = (await _user.PostAsync("/api/v1/sessions", """{"created_at":"2025-09-23T15:27:49.365937"}""")).Is(201);

        Assert.Equal(Start, message.Text("created_at"));
        Assert.Equal(message.GetRawText(), again.Is(201).GetRawText());
        Assert.Equal(message.GetRawText(), late.Is(201).GetRawText());
        Assert.Equal("2025-09-23T15:22:49.365937Z", put.Text("last_activity"));
        Assert.Equal("2025-09-23T15:22:49.365937Z", created.Text("created_at"));
    }

    [Theory]
    [InlineData("2025-09-23T14:26:49.365938")]
    [InlineData("2036-01-01T00:00:00Z")]
    public async Task A_time_that_is_further_ahead_is_refused(string ahead)
    {
        var session = await _user.StartSessionAsync();

        (await _user.PutAsync(session, $$"""{"last_activity":"{{ahead}}"}""")).IsInvalid("last_activity");
        (await _user.PostAsync("/api/v1/sessions", $$"""{"created_at":"{{ahead}}"}""")).IsInvalid("created_at");
        (await _user.PostAsync($"{session}/messages", $$"""{"role":"user","content":"Hello","created_at":"{{ahead}}"}""")).IsInvalid("created_at");
    }

    [Fact]
    public async Task A_time_without_an_offset_is_in_UTC_in_bodies_and_queries()
    {
        var session = await _user.StartSessionAsync();
        _clock.Advance(TimeSpan.FromMinutes(1));

        (await _user.PutAsync(session, """{"last_activity":"2025-09-23T14:22:00.123456"}""")).Is(200);

        Assert.Equal((Start, Later, "2025-09-23T14:22:00.123456Z"), await TimesAsync(session));
        Assert.Equal(1, (await _user.GetAsync("/api/v1/sessions?active_after=2025-09-23T14:22:00.123455")).Is(200).Number("total"));
        Assert.Equal(0, (await _user.GetAsync("/api/v1/sessions?active_after=2025-09-23T14:22:00.123456")).Is(200).Number("total"));
    }

    [Fact]
    public async Task A_session_of_history_was_created_then_and_is_active_now()
    {
        var key = Guid.NewGuid().ToString();
        var newer = await _user.StartSessionAsync();
        const string Body = """{"created_at":"2020-02-29T01:00:00.1234567+01:00"}""";

        var created = (await _user.PostAsync("/api/v1/sessions", Body, key)).Is(201);
        _clock.Advance(TimeSpan.FromMinutes(1));
        var again = await _user.PostAsync("/api/v1/sessions", Body, key);

        Assert.Equal("2020-02-29T00:00:00.123456Z", created.Text("created_at"));
        Assert.Equal((Start, Start), (created.Text("updated_at"), created.Text("last_activity")));
        Assert.Equal(created.GetRawText(), again.Is(201).GetRawText());
        Assert.Equal("true", again.Headers["Idempotency-Replayed"]);
        var session = $"/api/v1/sessions/{created.Text("session_id")}";
        Assert.Equal(created.GetRawText(), (await _user.GetAsync(session)).Is(200).GetRawText());
        Assert.Equal(
            [newer[^36..], session[^36..]],
            (await _user.GetAsync("/api/v1/sessions")).Is(200).Items("sessions").Select(listed => listed.Text("session_id")));
    }

    [Fact]
    public async Task Numbers_not_times_order_the_messages()
    {
        var session = await _user.StartSessionAsync();
        await _user.WriteMessageAsync(session, """{"role":"user","content":"Now"}""");
        await _user.WriteMessageAsync(session, """{"role":"user","content":"Long ago","created_at":"1999-12-31T23:59:59Z"}""");

        var messages = (await _user.GetAsync($"{session}/messages")).Is(200).Items("messages");

        Assert.Equal(["Now", "Long ago"], messages.Select(message => message.Text("content")));
    }

    [Fact]
    public async Task Sessions_of_the_same_moment_are_listed_by_id_from_page_to_page()
    {
        for (var i = 0; i < 6; i++)
        {
            await _user.StartSessionAsync($$"""{"session_id":"{{Guid.NewGuid()}}"}""");
        }

        var ids = new List<string>();
        for (var page = 1; page <= 3; page++)
        {
            var list = (await _user.GetAsync($"/api/v1/sessions?page={page}&page_size=2")).Is(200);
            ids.AddRange(list.Items("sessions").Select(session => session.Text("session_id")));
        }

        Assert.Equal(6, ids.Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(ids.OrderDescending(StringComparer.Ordinal), ids);
    }

    [Fact]
    public async Task A_memory_keeps_when_it_was_created_and_tells_when_it_was_written()
    {
        var session = await _user.StartSessionAsync();
        var first = (await _user.PostAsync($"{session}/memory", """{"content":"First."}""")).Is(201);
        _clock.Advance(TimeSpan.FromMinutes(1));
        var second = (await _user.PostAsync($"{session}/memory", """{"content":"Second."}""")).Is(200);

        Assert.Equal((Start, Start, Start), (first.Text("created_at"), first.Text("updated_at"), first.Text("last_summary_at")));
        Assert.Equal((Start, Later, Later), (second.Text("created_at"), second.Text("updated_at"), second.Text("last_summary_at")));
        JsonShape.AssertMatches(second.GetRawText(), (await _user.GetAsync($"{session}/memory")).Is(200));
    }

    private async Task<(string Created, string Updated, string Active)> TimesAsync(string session)
    {
        var read = (await _user.GetAsync(session)).Is(200);
        return (read.Text("created_at"), read.Text("updated_at"), read.Text("last_activity"));
    }
}
