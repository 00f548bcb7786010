using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Identity;

/// <summary>What clients of the previous service send that name their user in the body, or in the query.</summary>
public sealed class PreviousServiceTests(ApiFixture service) : IClassFixture<ApiFixture>
{
    private const string Sessions = "/api/v1/sessions";

    private readonly string _user = $"user-{Guid.NewGuid()}";

    [Fact]
    public async Task A_session_is_moved_into_a_project_to_another_and_out_of_it()
    {
        var nobody = service.AsNobody();
        var session = await nobody.StartSessionAsync($$$"""{"user_id":"{{{_user}}}","metadata":{"source":"web"}}""");

        var moved = (await PatchAsync(session, $$"""{"user_id":"{{_user}}","project_id":"proj_a"}""")).Is(200);
        var again = (await PatchAsync(session, $$"""{"user_id":"{{_user}}","project_id":"proj_b","metadata":{"source":null} }""")).Is(200);
        var read = (await nobody.GetAsync($"{session}?user_id={_user}")).Is(200);
        var removed = (await PatchAsync(session, $$"""{"user_id":"{{_user}}","project_id":null}""")).Is(200);

        JsonShape.AssertMatches("""{"source":"web","project_id":"proj_a"}""", moved.GetProperty("metadata"));
        JsonShape.AssertMatches("""{"project_id":"proj_b"}""", again.GetProperty("metadata"));
        JsonShape.AssertMatches(again.GetRawText(), read);
        Assert.Equal("{}", removed.Raw("metadata"));
    }

    [Fact]
    public async Task Another_user_who_moves_a_session_finds_none_and_nobody_moves_one_in_anothers_name()
    {
        var session = await service.As(_user).StartSessionAsync();

        (await PatchAsync(session, """{"user_id":"somebody else","project_id":"proj"}""")).IsProblem(404, "session_not_found");
        (await PatchAsync($"{Sessions}/{Guid.NewGuid()}", $$"""{"user_id":"{{_user}}","project_id":"proj"}""")).IsProblem(404, "session_not_found");
        (await service.AsNobody().SendAsync(HttpMethod.Patch, $"{Sessions}/sess_missing", $$"""{"user_id":"{{_user}}"}""")).IsProblem(404, "route_not_found");
        (await service.As(_user).SendAsync(HttpMethod.Patch, session, """{"user_id":"somebody else","project_id":"proj"}""")).IsProblem(403, "user_mismatch");
        (await PatchAsync($"{session}?user_id=somebody", $$"""{"user_id":"{{_user}}"}""")).IsProblem(403, "user_mismatch");
        (await service.As(_user).SendAsync(HttpMethod.Patch, session, $$"""{"user_id":" {{_user}} ","project_id":"proj"}""")).Is(200);
        (await PatchAsync(session, """{"project_id":"proj"}""")).IsInvalid("user_id");
    }

    [Theory]
    [InlineData("POST", "/messages", """{"role":"system","content":"{}","message_type":"checkpoint","user_id":"USER"}""")]
    [InlineData("POST", "/messages/batch", """{"messages":[{"role":"user","content":"Hello"}],"user_id":"USER"}""")]
    [InlineData("POST", "/memory", """{"content":"All.","user_id":"USER"}""")]
    [InlineData("POST", "/fork", """{"user_id":"USER"}""")]
    [InlineData("POST", "/rewind", """{"to_sequence":0,"user_id":"USER"}""")]
    [InlineData("POST", "/memories/search", """{"query":"tea","user_id":"USER"}""")]
    [InlineData("PUT", "", """{"status":"completed","user_id":"USER"}""")]
    public async Task The_user_of_a_body_is_the_caller_where_nothing_else_names_one(string method, string path, string body)
    {
        var session = await service.As(_user).StartSessionAsync();
        body = body.Replace("USER", _user, StringComparison.Ordinal);

        var own = await service.AsNobody().SendAsync(new HttpMethod(method), session + path, body);
        var others = await service.As("somebody else").SendAsync(new HttpMethod(method), session + path, body);
        var foreign = await service.AsNobody().SendAsync(
            new HttpMethod(method), session + path, body.Replace(_user, "somebody else", StringComparison.Ordinal));
        var unnamed = await service.AsNobody().SendAsync(new HttpMethod(method), session + path, body.Replace(_user, " ", StringComparison.Ordinal));

        Assert.InRange(own.Status, 200, 201);
        others.IsProblem(404, "session_not_found");
        foreign.IsProblem(404, "session_not_found");
        unnamed.IsInvalid("user_id");
    }

    [Fact]
    public async Task A_named_caller_writes_in_their_own_name_whatever_the_body_says()
    {
        var user = service.As(_user);
        var session = await user.StartSessionAsync();

        var message = await user.WriteMessageAsync(session, """{"role":"user","content":"Hello","user_id":"system"}""");

        Assert.Equal(_user, message.Text("user_id"));
        Assert.Equal(1, (await user.GetAsync(session)).Is(200).Number("message_count"));
    }

    [Theory]
    [InlineData("active")]
    [InlineData("completed")]
    [InlineData("ended")]
    [InlineData("archived")]
    [InlineData("expired")]
    public async Task A_client_puts_back_what_it_has_read(string status)
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync("""{"title":"Tea","metadata":{"n":1.50},"conversation_data":{"a":[]}}""");
        await user.WriteMessageAsync(session, """{"role":"user","content":"Hello","tokens_used":3,"cost_usd":0.5}""");
        (await user.PostAsync($"{session}/star", "")).Is(200);
        (await user.PutAsync(session, $$"""{"status":"{{status}}"}""")).Is(200);
        var read = (await user.GetAsync(session)).Is(200);

        var put = (await user.PutAsync(session, read.GetRawText())).Is(200);

        foreach (var field in read.EnumerateObject().Where(field => field.Name != "updated_at"))
        {
            Assert.Equal((field.Name, field.Value.GetRawText()), (field.Name, put.Raw(field.Name)));
        }
    }

    [Fact]
    public async Task A_put_changes_nothing_that_cannot_be_changed()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        var before = (await user.GetAsync(session)).Is(200);

        var after = (await user.PutAsync(
            session, """{"message_count":99,"total_cost":"none","user_id":"somebody else","session_id":5,"is_active":false,"titel":"A"}""")).Is(200);

        Assert.Equal(before.GetRawText(), after.GetRawText());
    }

    [Fact]
    public async Task A_memory_is_put_back_too_and_a_patch_of_what_cannot_be_changed_is_refused()
    {
        var user = service.As(_user);
        var memories = $"/api/v1/users/{_user}/memories";
        var memory = (await user.PostAsync(memories, """{"content":"Likes tea.","importance":0.5,"metadata":{"n":1.50}}""")).Is(201);
        var path = $"{memories}/{memory.Text("memory_id")}";

        var put = (await user.PutAsync(path, memory.GetRawText())).Is(200);

        JsonShape.AssertMatches(memory.GetRawText(), put);
        (await user.SendAsync(HttpMethod.Patch, path, """{"contents":"A typing error","version":5}""")).IsInvalid("contents", "version");
        (await user.SendAsync(HttpMethod.Patch, path, """{"user_id":"somebody else","importance":1}""")).IsProblem(403, "user_mismatch");
        Assert.Equal(1, (await PatchAsync(path, $$"""{"user_id":"{{_user}}","importance":1}""")).Is(200).Number("importance"));
    }

    [Fact]
    public async Task Very_many_unknown_fields_of_a_patch_are_not_all_named()
    {
        var session = await service.As(_user).StartSessionAsync();
        var fields = string.Join(',', Enumerable.Range(0, 1_000).Select(i => $"\"{new string('x', 1_000)}{i}\":1"));

        var errors = (await service.As(_user).SendAsync(HttpMethod.Patch, session, $"{{{fields}}}")).IsInvalid();

        Assert.All(errors.Keys, field => Assert.InRange(field.Length, 1, 100));
        Assert.InRange(errors.Count, 1, 20);
    }

    [Fact]
    public async Task Starred_sessions_have_a_list_of_their_own()
    {
        var user = service.As(_user);
        var starred = new List<string>();
        for (var i = 0; i < 3; i++)
        {
            starred.Insert(0, await user.StartSessionAsync());
            (await user.PostAsync($"{starred[0]}/star?user_id={_user}", "")).Is(200);
            await user.StartSessionAsync();
        }

        var first = (await service.AsNobody().GetAsync($"{Sessions}/starred?user_id={_user}&page=1&page_size=2")).Is(200);
        var rest = (await user.GetAsync($"{Sessions}/starred?page_size=2&cursor={first.Text("next_cursor")}")).Is(200);

        Assert.Equal((3, 1, 2), (first.Number("total"), first.Number("page"), first.Number("page_size")));
        Assert.Equal(
            starred.Select(session => session[^36..]),
            first.Items("sessions").Concat(rest.Items("sessions")).Select(session => session.Text("session_id")));
        Assert.Equal(0, (await user.GetAsync($"{Sessions}/starred?status=ended")).Is(200).Number("total"));
        (await user.GetAsync($"{Sessions}/starred?starred=false")).IsInvalid("starred");
        (await user.GetAsync($"{Sessions}/starred?page_size=101")).IsInvalid("page_size");
        (await service.AsNobody().GetAsync($"{Sessions}/starred")).IsInvalid("user_id");
    }

    private Task<Answer> PatchAsync(string path, string body) => service.AsNobody().SendAsync(HttpMethod.Patch, path, body);
}
