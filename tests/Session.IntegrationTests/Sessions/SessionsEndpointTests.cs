using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Sessions;

public sealed class SessionsEndpointTests(ApiFixture service) : IClassFixture<ApiFixture>
{
    private const string Sessions = "/api/v1/sessions";

    [Fact]
    public async Task A_new_session_is_answered_as_the_contract_shows_it()
    {
        var user = service.AsNewUser();

        var answer = await user.PostAsync(Sessions, $$"""{"user_id":"{{user.UserId}}","conversation_data":{},"metadata":{"test":true} }""");

        JsonShape.AssertMatches(
            $$"""
            {"session_id": "<uuid>", "user_id": "{{user.UserId}}", "status": "active",
             "conversation_data": {}, "metadata": {"test": true}, "is_active": true, "message_count": 0, "visible_messages": 0,
             "total_tokens": 0, "total_cost": 0, "session_summary": "", "title": null, "is_starred": false, "starred_at": null,
             "created_at": "<time>", "updated_at": "<time>", "last_activity": "<time>", "archived_at": null, "forked_from": null}
            """,
            answer.Is(201));
    }

    [Fact]
    public async Task The_location_of_a_new_session_leads_to_it()
    {
        var user = service.AsNewUser();

        var created = await user.PostAsync(Sessions, """{"metadata":{"test":true}}""");
        var read = await user.GetAsync(created.Headers["Location"]);

        JsonShape.AssertMatches(created.Is(201).GetRawText(), read.Is(200));
    }

    [Fact]
    public async Task The_body_alone_may_name_the_owner_of_a_new_session()
    {
        var user = service.AsNewUser();

        var session = (await service.AsNobody().PostAsync(Sessions, $$"""{"user_id":"  {{user.UserId}} "}""")).Is(201);

        Assert.Equal(user.UserId, session.Text("user_id"));
        (await user.GetAsync($"{Sessions}/{session.Text("session_id")}")).Is(200);
    }

    [Fact]
    public async Task The_caller_owns_a_session_whose_body_names_nobody()
    {
        var user = service.AsNewUser();

        var session = (await user.PostAsync(Sessions, "{}")).Is(201);

        Assert.Equal(user.UserId, session.Text("user_id"));
    }

    [Fact]
    public async Task A_session_is_not_created_in_another_users_name()
    {
        var user = service.AsNewUser();
        var other = service.AsNewUser();

        var answer = await user.PostAsync(Sessions, $$"""{"user_id":"{{other.UserId}}"}""");

        answer.IsProblem(403, "user_mismatch");
        Assert.Equal(0, (await other.GetAsync(Sessions)).Is(200).Number("total"));
        Assert.Equal(0, (await user.GetAsync(Sessions)).Is(200).Number("total"));
    }

    [Theory]
    [InlineData("{0}")]
    [InlineData("{1}")]
    public async Task A_session_takes_the_id_that_it_is_given_in_lower_case(string form)
    {
        var user = service.AsNewUser();
        var id = Guid.NewGuid().ToString();
        var given = string.Format(form, id, id.ToUpperInvariant());

        var session = (await user.PostAsync(Sessions, $$"""{"session_id":"{{given}}"}""")).Is(201);

        Assert.Equal(id, session.Text("session_id"));
        (await user.GetAsync($"{Sessions}/{id}")).Is(200);
        (await user.GetAsync($"{Sessions}/{id.ToUpperInvariant()}")).Is(200);
    }

    [Fact]
    public async Task A_taken_id_is_refused_whoever_holds_it_and_stays_as_it_was()
    {
        var owner = service.AsNewUser();
        var id = Guid.NewGuid();
        var body = $$"""{"session_id":"{{id}}","metadata":{"first":true} }""";
        var first = (await owner.PostAsync(Sessions, body)).Is(201);

        var again = await owner.PostAsync(Sessions, body);
        var other = await service.AsNewUser().PostAsync(Sessions, $$"""{"session_id":"{{id}}"}""");

        again.IsProblem(409, "session_id_taken");
        other.IsProblem(409, "session_id_taken");
        JsonShape.AssertMatches(first.GetRawText(), (await owner.GetAsync($"{Sessions}/{id}")).Is(200));
    }

    [Fact]
    public async Task The_id_of_an_ended_session_stays_taken()
    {
        var user = service.AsNewUser();
        var id = Guid.NewGuid();
        (await user.PostAsync(Sessions, $$"""{"session_id":"{{id}}"}""")).Is(201);
        (await user.DeleteAsync($"{Sessions}/{id}")).Is(200);

        var again = await user.PostAsync(Sessions, $$"""{"session_id":"{{id}}"}""");

        again.IsProblem(409, "session_id_taken");
    }

    [Fact]
    public async Task Null_means_not_given_and_unknown_fields_are_ignored()
    {
        var user = service.AsNewUser();

        var session = (await user.PostAsync(
            Sessions,
            """
            {"user_id":null,"session_id":null,"conversation_data":null,"metadata":null,"status":"ended","updated_at":5,"created_at":null,"other":[{}]}
            """)).Is(201);

        Assert.Equal("active", session.Text("status"));
        Assert.Equal("{}", session.Raw("conversation_data"));
        Assert.Equal("{}", session.Raw("metadata"));
    }

    [Fact]
    public async Task An_update_replaces_what_is_given_and_keeps_the_rest()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync("""{"conversation_data":{"step":1,"topic":"a"},"metadata":{"keep":true}}""");

        var updated = (await user.PutAsync(
            session,
            """
            {"status":"completed","conversation_data":{"step":2},"session_summary":"A test.","last_activity":"2025-09-23T16:54:23.338644+02:00"}
            """)).Is(200);

        Assert.Equal("completed", updated.Text("status"));
        Assert.True(updated.GetProperty("is_active").GetBoolean());
        JsonShape.AssertMatches("""{"step":2}""", updated.GetProperty("conversation_data"));
        JsonShape.AssertMatches("""{"keep":true}""", updated.GetProperty("metadata"));
        Assert.Equal("A test.", updated.Text("session_summary"));
        Assert.Equal("2025-09-23T14:54:23.338644Z", updated.Text("last_activity"));
        JsonShape.AssertMatches(updated.GetRawText(), (await user.GetAsync(session)).Is(200));
    }

    [Fact]
    public async Task An_update_that_gives_nothing_changes_nothing_that_a_client_wrote()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync("""{"conversation_data":{"step":1},"metadata":{"keep":true}}""");
        (await user.PutAsync(session, """{"session_summary":"A test."}""")).Is(200);

        var updated = (await user.PutAsync(
            session, """{"status":null,"conversation_data":null,"metadata":null,"session_summary":null,"last_activity":null,"message_count":9}""")).Is(200);

        Assert.Equal("active", updated.Text("status"));
        JsonShape.AssertMatches("""{"step":1}""", updated.GetProperty("conversation_data"));
        JsonShape.AssertMatches("""{"keep":true}""", updated.GetProperty("metadata"));
        Assert.Equal("A test.", updated.Text("session_summary"));
        Assert.Equal(0, updated.Number("message_count"));
    }

    [Fact]
    public async Task A_summary_can_be_emptied()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        (await user.PutAsync(session, """{"session_summary":"A test."}""")).Is(200);

        var updated = (await user.PutAsync(session, """{"session_summary":""}""")).Is(200);

        Assert.Equal("", updated.Text("session_summary"));
    }

    [Fact]
    public async Task Deleting_a_session_ends_it_and_keeps_its_data()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync("""{"metadata":{"keep":true}}""");
        await user.WriteMessageAsync(session);

        var answer = await user.DeleteAsync(session);

        JsonShape.AssertMatches("""{"message": "Session ended successfully"}""", answer.Is(200));
        var read = (await user.GetAsync(session)).Is(200);
        Assert.Equal("ended", read.Text("status"));
        Assert.False(read.GetProperty("is_active").GetBoolean());
        Assert.Equal(1, read.Number("message_count"));
        JsonShape.AssertMatches("""{"keep":true}""", read.GetProperty("metadata"));
        Assert.Equal(1, (await user.GetAsync($"{session}/messages")).Is(200).Number("total"));
    }

    [Fact]
    public async Task Deleting_a_session_twice_answers_the_same_and_changes_nothing()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        (await user.DeleteAsync(session)).Is(200);
        var ended = (await user.GetAsync(session)).Text;

        var again = await user.DeleteAsync(session);

        JsonShape.AssertMatches("""{"message": "Session ended successfully"}""", again.Is(200));
        Assert.Equal(ended, (await user.GetAsync(session)).Text);
    }

    [Theory]
    [InlineData("completed")]
    [InlineData("archived")]
    [InlineData("expired")]
    public async Task Deleting_ends_a_session_of_any_status(string status)
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionInAsync(status);

        (await user.DeleteAsync(session)).Is(200);

        Assert.Equal("ended", (await user.GetAsync(session)).Is(200).Text("status"));
    }

    [Fact]
    public async Task An_ended_session_is_read_as_before_and_written_only_afterwards()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        await user.WriteMessageAsync(session);
        (await user.PostAsync($"{session}/memory", """{"content":"Before."}""")).Is(201);
        (await user.DeleteAsync(session)).Is(200);

        var message = await user.PostAsync($"{session}/messages", """{"role":"user","content":"Too late"}""");
        var updated = (await user.PutAsync(
            session, """{"metadata":{"rated":5},"conversation_data":{"x":1},"session_summary":"Done.","status":"ended"}""")).Is(200);
        var memory = await user.PostAsync($"{session}/memory", """{"content":"After."}""");

        message.IsProblem(409, "session_ended");
        Assert.Equal("Done.", updated.Text("session_summary"));
        JsonShape.AssertMatches("""{"rated":5}""", updated.GetProperty("metadata"));
        Assert.Equal("After.", memory.Is(200).Text("content"));
        Assert.Equal(1, (await user.GetAsync($"{session}/messages")).Is(200).Number("total"));
        Assert.Equal(1, (await user.GetAsync($"{session}/summary")).Is(200).Number("message_count"));
        Assert.Equal("After.", (await user.GetAsync($"{session}/memory")).Is(200).Text("content"));
    }

    [Fact]
    public async Task A_summary_is_answered_as_the_contract_shows_it()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        await user.WriteMessageAsync(session, """{"role":"user","content":"Hello","tokens_used":10,"cost_usd":0.001}""");
        await user.WriteMessageAsync(session, """{"role":"assistant","content":"Hi","tokens_used":12,"cost_usd":0.0012}""");
        (await user.PostAsync($"{session}/memory", """{"content":"Greets."}""")).Is(201);

        var summary = (await user.GetAsync($"{session}/summary")).Is(200);

        JsonShape.AssertMatches(
            $$"""
            {"session_id": "<uuid>", "user_id": "{{user.UserId}}", "status": "active", "message_count": 2, "visible_messages": 2, "total_tokens": 22,
             "total_cost": 0.0022, "has_memory": true, "is_active": true, "created_at": "<time>", "last_activity": "<time>"}
            """,
            summary);
        Assert.EndsWith(summary.Text("session_id"), session, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_summary_of_an_empty_session_has_no_memory()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionInAsync("archived");

        var summary = (await user.GetAsync($"{session}/summary")).Is(200);

        Assert.False(summary.GetProperty("has_memory").GetBoolean());
        Assert.False(summary.GetProperty("is_active").GetBoolean());
        Assert.Equal("archived", summary.Text("status"));
        Assert.Equal("0", summary.Raw("total_cost"));
    }

    [Theory]
    [InlineData("searches")]
    [InlineData("1")]
    [InlineData("a87a9d6e-4137-4d41-8ab8-a13c4abcc83")]
    [InlineData("a87a9d6e-4137-4d41-8ab8-a13c4abcc83eg")]
    [InlineData("a87a9d6e-4137-4d41-8ab8-a13c4abcc83e.json")]
    [InlineData("g87a9d6e-4137-4d41-8ab8-a13c4abcc83e")]
    public async Task A_path_whose_id_is_no_UUID_is_an_ordinary_404(string id)
    {
        var user = service.AsNewUser();

        (await user.GetAsync($"{Sessions}/{id}")).IsProblem(404, "route_not_found");
        (await user.PostAsync($"{Sessions}/{id}/messages", """{"role":"user","content":"Hello"}""")).IsProblem(404, "route_not_found");
    }

    [Fact]
    public async Task An_unused_id_is_a_404()
    {
        (await service.AsNewUser().GetAsync($"{Sessions}/{Guid.NewGuid()}")).IsProblem(404, "session_not_found");
    }
}
