using System.Text;
using System.Text.Json;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.UserMemories;

public sealed class UserMemoriesEndpointTests(ApiFixture service) : IClassFixture<ApiFixture>
{
    [Fact]
    public async Task A_memory_is_created_and_answered_in_full()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        await user.WriteMessageAsync(session);
        var sessionId = session.Split('/')[^1];

        var answer = await user.PostAsync(
            PathOf(user),
            $$"""
            {"memory_type": "preference", "content": "Likes it short.", "metadata": {"category": "style", "n": 1.10}, "session_id": "{{sessionId}}",
             "sequence": 1, "importance": 0.75, "valid_until": "2031-01-02T03:04:05Z"}
            """);

        JsonShape.AssertMatches(
            $$"""
            {"memory_id": "<uuid>", "user_id": "{{user.UserId}}", "memory_type": "preference", "content": "Likes it short.",
             "metadata": {"category": "style", "n": 1.10}, "session_id": "{{sessionId}}", "sequence": 1, "importance": 0.75,
             "valid_until": "2031-01-02T03:04:05.000000Z", "version": 1, "created_at": "<time>", "updated_at": "<time>"}
            """,
            answer.Is(201));
        Assert.Equal("\"1\"", answer.Headers["ETag"]);
        JsonShape.AssertMatches(answer.Text, (await user.GetAsync(answer.Headers["Location"])).Is(200));
    }

    [Fact]
    public async Task What_is_not_given_has_a_default_or_is_null()
    {
        var user = service.AsNewUser();

        var memory = await CreateAsync(user, """{"content": "Has two cats."}""");

        Assert.Equal(("fact", "{}", "null", "null"), (memory.Text("memory_type"), memory.Raw("metadata"), memory.Raw("importance"), memory.Raw("session_id")));
    }

    [Fact]
    public async Task A_batch_is_created_in_order_or_not_at_all()
    {
        var user = service.AsNewUser();

        var batch = (await user.PostAsync($"{PathOf(user)}/batch", """{"memories": [{"content": "One."}, {"content": "Two.", "memory_type": "episode"}]}""")).Is(201);
        Assert.Equal(2, batch.Number("total"));
        Assert.Equal(["One.", "Two."], batch.Items("memories").Select(memory => memory.Text("content")));

        var refused = await user.PostAsync($"{PathOf(user)}/batch", """{"memories": [{"content": "Three."}, {"content": " "}, {"importance": 2, "content": "x"}]}""");
        refused.IsInvalid("memories[1].content", "memories[2].importance");
        Assert.Equal(2, (await user.GetAsync(PathOf(user))).Is(200).Number("total"));
    }

    [Theory]
    [InlineData("{}", "content")]
    [InlineData("""{"content": ""}""", "content")]
    [InlineData("""{"content": "x", "memory_type": " "}""", "memory_type")]
    [InlineData("""{"content": "x", "metadata": []}""", "metadata")]
    [InlineData("""{"content": "x", "importance": 1.01}""", "importance")]
    [InlineData("""{"content": "x", "importance": -0.01}""", "importance")]
    [InlineData("""{"content": "x", "sequence": 1}""", "sequence")]
    [InlineData("""{"content": "x", "session_id": "0d1f95c6-a8fa-462d-8f6e-b1f0da7524a0"}""", "session_id")]
    [InlineData("""{"content": "x", "valid_until": "tomorrow"}""", "valid_until")]
    [InlineData("""{"content": "a\u0000b"}""", "content")]
    public async Task What_is_wrong_is_named(string json, string field)
    {
        var user = service.AsNewUser();

        (await user.PostAsync(PathOf(user), json)).IsInvalid(field);
        Assert.Equal(0, (await user.GetAsync(PathOf(user))).Is(200).Number("total"));
    }

    [Fact]
    public async Task A_memory_comes_from_the_users_own_sessions_and_messages_only()
    {
        var user = service.AsNewUser();
        var session = (await user.StartSessionAsync()).Split('/')[^1];
        var foreign = (await service.AsNewUser().StartSessionAsync()).Split('/')[^1];

        (await user.PostAsync(PathOf(user), $$"""{"content": "x", "session_id": "{{foreign}}"}""")).IsInvalid("session_id");
        (await user.PostAsync(PathOf(user), $$"""{"content": "x", "session_id": "{{session}}", "sequence": 1}""")).IsInvalid("sequence");
        (await user.PostAsync($"{PathOf(user)}/batch", $$"""{"memories": [{"content": "x"}, {"content": "y", "session_id": "{{foreign}}"}]}"""))
            .IsInvalid("memories[1].session_id");

        var memory = await CreateAsync(user, $$"""{"content": "x", "session_id": "{{session}}"}""");
        (await user.PutAsync(PathOf(user, memory), $$"""{"content": "x", "session_id": "{{foreign}}"}""")).IsInvalid("session_id");
        (await PatchAsync(user, memory, $$"""{"session_id": "{{session}}", "sequence": 2}""")).IsInvalid("sequence");
        Assert.Equal(1, (await user.GetAsync(PathOf(user, memory))).Is(200).Number("version"));
    }

    [Fact]
    public async Task The_same_request_sent_again_makes_nothing_and_is_answered_as_the_first_time()
    {
        var user = service.AsNewUser();
        const string Json = """{"content": "Once."}""";

        var first = await user.PostAsync(PathOf(user), Json, "key-1");
        var id = first.Is(201).Text("memory_id");
        (await user.PutAsync($"{PathOf(user)}/{id}", """{"content": "Changed."}""")).Is(200);
        var second = await user.PostAsync(PathOf(user), Json, "key-1");

        Assert.Equal("true", second.Headers["Idempotency-Replayed"]);
        JsonShape.AssertMatches(first.Text, second.Is(201));
        (await user.PostAsync(PathOf(user), """{"content": "Other."}""", "key-1")).IsProblem(409, "idempotency_key_reused");
        Assert.Equal(1, (await user.GetAsync(PathOf(user))).Is(200).Number("total"));
    }

    [Fact]
    public async Task Requests_with_one_key_at_once_make_one_memory()
    {
        var user = service.AsNewUser();

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => user.PostAsync(PathOf(user), """{"content": "Once."}""", "key-1")));

        Assert.Single(answers.Select(answer => answer.Is(201).Text("memory_id")).Distinct());
        Assert.Equal(1, (await user.GetAsync(PathOf(user))).Is(200).Number("total"));
    }

    [Fact]
    public async Task A_replaced_memory_keeps_its_id_and_age_and_nothing_else()
    {
        var user = service.AsNewUser();
        var first = await CreateAsync(user, """{"content": "Old.", "memory_type": "episode", "importance": 0.5, "metadata": {"a": 1}, "valid_until": "2031-01-01T00:00:00Z"}""");

        var second = (await user.PutAsync(PathOf(user, first), """{"content": "New."}""")).Is(200);

        Assert.Equal((first.Text("memory_id"), first.Text("created_at")), (second.Text("memory_id"), second.Text("created_at")));
        Assert.Equal(("New.", "fact", "null", "{}", "null"), (second.Text("content"), second.Text("memory_type"), second.Raw("importance"), second.Raw("metadata"), second.Raw("valid_until")));
        Assert.Equal(2, second.Number("version"));
    }

    [Fact]
    public async Task A_patch_changes_what_it_gives_and_merges_metadata()
    {
        var user = service.AsNewUser();
        var memory = await CreateAsync(user, """{"content": "Old.", "importance": 0.5, "metadata": {"a": 1, "b": {"c": 2, "d": 3.10}, "e": [1]}}""");

        var patched = (await PatchAsync(user, memory, """{"content": "New.", "metadata": {"a": null, "b": {"c": null, "x": "y"}, "e": {"f": 0}}}""")).Is(200);

        Assert.Equal(("New.", "0.5"), (patched.Text("content"), patched.Raw("importance")));
        JsonShape.AssertMatches("""{"b": {"d": 3.10, "x": "y"}, "e": {"f": 0}}""", patched.GetProperty("metadata"));
        JsonShape.AssertMatches(patched.GetRawText(), (await user.GetAsync(PathOf(user, memory))).Is(200));
    }

    [Fact]
    public async Task A_null_in_a_patch_takes_away_as_in_one_of_a_session()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        await user.WriteMessageAsync(session);
        var memory = await CreateAsync(
            user,
            $$"""{"content": "x", "memory_type": "episode", "session_id": "{{session.Split('/')[^1]}}", "sequence": 1, "importance": 0.5, "valid_until": "2031-01-01T00:00:00Z", "metadata": {"a": 1} }""");

        Assert.Equal("null", (await PatchAsync(user, memory, """{"valid_until": null}""")).Is(200).Raw("valid_until"));
        Assert.Equal("null", (await PatchAsync(user, memory, """{"sequence": null}""")).Is(200).Raw("sequence"));
        Assert.Equal(1, (await PatchAsync(user, memory, """{"sequence": 1}""")).Is(200).Number("sequence"));
        (await PatchAsync(user, memory, """{"session_id": null, "sequence": 1}""")).IsInvalid("sequence");
        (await PatchAsync(user, memory, """{"content": null, "importance": 2}""")).IsInvalid("content", "importance");
        var bare = (await PatchAsync(user, memory, """{"session_id": null, "importance": null, "metadata": null, "memory_type": null}""")).Is(200);

        Assert.Equal(("null", "null", "null", "{}", "fact"), (bare.Raw("session_id"), bare.Raw("sequence"), bare.Raw("importance"), bare.Raw("metadata"), bare.Text("memory_type")));
        Assert.Equal(("x", 5L), (bare.Text("content"), bare.Number("version")));
    }

    [Fact]
    public async Task What_changes_nothing_makes_no_version()
    {
        var user = service.AsNewUser();
        var memory = await CreateAsync(user, """{"content": "x", "importance": 0.5, "metadata": {"long": 1, "b": [2, {}]}}""");

        foreach (var answer in new[]
        {
            await PatchAsync(user, memory, "{}"),
            await PatchAsync(user, memory, """{"content": "x", "importance": 0.50, "metadata": {"long": 1}, "valid_until": null}"""),
            await user.PutAsync(PathOf(user, memory), """{"content": "x", "importance": 0.5, "memory_type": "fact", "metadata": {"b":[2,{}],"long":1}}"""),
        })
        {
            JsonShape.AssertMatches(memory.GetRawText(), answer.Is(200));
        }

        Assert.Equal(1, (await user.GetAsync($"{PathOf(user, memory)}/versions")).Is(200).Number("total"));
    }

    [Fact]
    public async Task Every_version_is_kept_the_newest_first()
    {
        var user = service.AsNewUser();
        var memory = await CreateAsync(user, """{"content": "One.", "importance": 0.1}""");
        (await user.PutAsync(PathOf(user, memory), """{"content": "Two."}""")).Is(200);
        (await PatchAsync(user, memory, """{"content": "Three."}""")).Is(200);

        var versions = (await user.GetAsync($"{PathOf(user, memory)}/versions")).Is(200);
        var second = (await user.GetAsync($"{PathOf(user, memory)}/versions?page=2&page_size=1")).Is(200);

        Assert.Equal(3, versions.Number("total"));
        Assert.Equal([(3L, "Three."), (2, "Two."), (1, "One.")], versions.Items("versions").Select(version => (version.Number("version"), version.Text("content"))));
        JsonShape.AssertMatches(memory.GetRawText(), versions.Items("versions")[2]);
        Assert.Equal("Two.", Assert.Single(second.Items("versions")).Text("content"));
        Assert.Equal(3, second.Number("total"));
        Assert.Empty((await user.GetAsync($"{PathOf(user, memory)}/versions?page=4&page_size=1")).Is(200).Items("versions"));
    }

    [Fact]
    public async Task Concurrent_changes_are_made_one_after_the_other()
    {
        var user = service.AsNewUser();
        var memory = await CreateAsync(user, """{"content": "x", "metadata": {}}""");

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(i => PatchAsync(user, memory, $$$"""{"metadata": {"k{{{i}}}": {{{i}}}}}""")));

        Assert.Equal(Enumerable.Range(2, 10).Select(number => (long)number), answers.Select(answer => answer.Is(200).Number("version")).Order());
        Assert.Equal(10, (await user.GetAsync(PathOf(user, memory))).Is(200).GetProperty("metadata").EnumerateObject().Count());
    }

    [Theory]
    [InlineData("\"1\"", 412)]
    [InlineData("W/\"2\"", 412)]
    [InlineData("\"2\"", 200)]
    [InlineData("\"1\", \"2\"", 200)]
    [InlineData("*", 200)]
    public async Task A_change_is_made_only_to_the_version_that_it_demands(string ifMatch, int status)
    {
        var user = service.AsNewUser();
        var memory = await CreateAsync(user, """{"content": "One."}""");
        (await user.PutAsync(PathOf(user, memory), """{"content": "Two."}""")).Is(200);

        foreach (var (method, json) in new[] { (HttpMethod.Put, """{"content": "Three."}"""), (HttpMethod.Delete, null) })
        {
            using var request = new HttpRequestMessage(method, PathOf(user, memory));
            request.Headers.TryAddWithoutValidation("If-Match", method == HttpMethod.Delete && status == 200 ? "\"3\"" : ifMatch);
            request.Content = json is null ? null : new StringContent(json, Encoding.UTF8, "application/json");
            var answer = await user.SendAsync(request);
            Assert.Equal(status, answer.Status);
        }

        Assert.Equal(status == 412 ? 200 : 404, (await user.GetAsync(PathOf(user, memory))).Status);
    }

    [Fact]
    public async Task What_is_no_tag_is_refused()
    {
        var user = service.AsNewUser();
        var memory = await CreateAsync(user, """{"content": "One."}""");
        using var request = new HttpRequestMessage(HttpMethod.Delete, PathOf(user, memory));
        request.Headers.TryAddWithoutValidation("If-Match", "1");

        (await user.SendAsync(request)).IsInvalid("if_match");
    }

    [Fact]
    public async Task A_deleted_memory_is_gone_with_its_versions()
    {
        var user = service.AsNewUser();
        var memory = await CreateAsync(user, """{"content": "x"}""");
        (await user.PutAsync(PathOf(user, memory), """{"content": "y"}""")).Is(200);

        Assert.Equal("Memory deleted successfully", (await user.DeleteAsync(PathOf(user, memory))).Is(200).Text("message"));

        (await user.GetAsync(PathOf(user, memory))).IsProblem(404, "memory_not_found");
        (await user.GetAsync($"{PathOf(user, memory)}/versions")).IsProblem(404, "memory_not_found");
        (await user.DeleteAsync(PathOf(user, memory))).IsProblem(404, "memory_not_found");
        (await user.PutAsync(PathOf(user, memory), """{"content": "z"}""")).IsProblem(404, "memory_not_found");
        (await PatchAsync(user, memory, """{"content": "z"}""")).IsProblem(404, "memory_not_found");
    }

    [Fact]
    public async Task The_list_has_filters()
    {
        var user = service.AsNewUser();
        var session = (await user.StartSessionAsync()).Split('/')[^1];
        await CreateAsync(user, """{"content": "A", "memory_type": "episode", "metadata": {"tag": {"x": 1}}}""");
        await CreateAsync(user, $$"""{"content": "B", "session_id": "{{session}}"}""");
        var last = await CreateAsync(user, """{"content": "C", "valid_until": "2001-01-01T00:00:00Z"}""");

        Assert.Equal("C B A", await ContentsAsync(user, ""));
        Assert.Equal("A", await ContentsAsync(user, "memory_type=episode"));
        Assert.Equal("B", await ContentsAsync(user, $"session_id={session}"));
        Assert.Equal("A", await ContentsAsync(user, "metadata=" + Uri.EscapeDataString("""{"tag": {"x": 1}}""")));
        Assert.Equal("C", await ContentsAsync(user, "created_after=" + last.Text("created_at")));
        Assert.Equal("B A", await ContentsAsync(user, "created_before=" + last.Text("created_at")));
        Assert.Equal("B A", await ContentsAsync(user, "valid=true"));
        Assert.Equal("C", await ContentsAsync(user, "valid=false"));
        (await user.GetAsync($"{PathOf(user)}?metadata=1&page=0&page_size=101&created_after=x&session_id=1&cursor=abc")).IsInvalid(
            "metadata", "page", "page_size", "created_after", "session_id", "cursor");
    }

    [Fact]
    public async Task A_cursor_goes_on_where_an_answer_ended_whatever_is_written_meanwhile()
    {
        var user = service.AsNewUser();
        for (var i = 0; i < 5; i++)
        {
            await CreateAsync(user, $$"""{"content": "{{i}}"}""");
        }

        var first = (await user.GetAsync($"{PathOf(user)}?page_size=2")).Is(200);
        await CreateAsync(user, """{"content": "new"}""");
        var second = (await user.GetAsync($"{PathOf(user)}?page_size=2&cursor={first.Text("next_cursor")}")).Is(200);
        var third = (await user.GetAsync($"{PathOf(user)}?page_size=2&cursor={second.Text("next_cursor")}")).Is(200);

        Assert.Equal(["4", "3"], first.Items("memories").Select(memory => memory.Text("content")));
        Assert.Equal(["2", "1"], second.Items("memories").Select(memory => memory.Text("content")));
        Assert.Equal(["0"], third.Items("memories").Select(memory => memory.Text("content")));
        Assert.Equal("null", third.Raw("next_cursor"));
        (await user.GetAsync($"{PathOf(user)}?memory_type=fact&cursor={first.Text("next_cursor")}")).IsInvalid("cursor");
    }

    [Fact]
    public async Task Another_users_memories_are_out_of_reach()
    {
        var user = service.AsNewUser();
        var other = service.AsNewUser();
        var memory = await CreateAsync(user, """{"content": "Secret."}""");

        foreach (var answer in new[]
        {
            await other.GetAsync(PathOf(user)),
            await other.GetAsync(PathOf(user, memory)),
            await other.GetAsync($"{PathOf(user, memory)}/versions"),
            await other.PostAsync(PathOf(user), """{"content": "x"}"""),
            await other.PostAsync($"{PathOf(user)}/batch", """{"memories": [{"content": "x"}]}"""),
            await other.PutAsync(PathOf(user, memory), """{"content": "x"}"""),
            await other.DeleteAsync(PathOf(user, memory)),
        })
        {
            answer.IsProblem(403, "user_mismatch");
        }

        (await other.GetAsync($"{PathOf(other)}/{memory.Text("memory_id")}")).IsProblem(404, "memory_not_found");
        (await other.DeleteAsync($"{PathOf(other)}/{memory.Text("memory_id")}")).IsProblem(404, "memory_not_found");
        Assert.Equal("Secret.", (await user.GetAsync(PathOf(user, memory))).Is(200).Text("content"));
    }

    internal static string PathOf(ApiClient user) => $"/api/v1/users/{Uri.EscapeDataString(user.UserId)}/memories";

    private static string PathOf(ApiClient user, JsonElement memory) => $"{PathOf(user)}/{memory.Text("memory_id")}";

    private static async Task<JsonElement> CreateAsync(ApiClient user, string json) => (await user.PostAsync(PathOf(user), json)).Is(201);

    private static Task<Answer> PatchAsync(ApiClient user, JsonElement memory, string json) =>
        user.SendAsync(HttpMethod.Patch, PathOf(user, memory), json);

    private static async Task<string> ContentsAsync(ApiClient user, string query) =>
        string.Join(' ', (await user.GetAsync($"{PathOf(user)}?{query}")).Is(200).Items("memories").Select(memory => memory.Text("content")));
}
