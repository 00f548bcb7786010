using System.Net.Http.Headers;
using System.Text.Json;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Sessions;

public sealed class SessionPatchTests(ApiFixture service) : IClassFixture<ApiFixture>
{
    // The examples of RFC 7396, appendix A, as far as an object is patched by one; and what is easily got wrong.
    [Theory]
    [InlineData("""{"a":"b"}""", """{"a":"c"}""", """{"a":"c"}""")]
    [InlineData("""{"a":"b"}""", """{"b":"c"}""", """{"a":"b","b":"c"}""")]
    [InlineData("""{"a":"b"}""", """{"a":null}""", """{}""")]
    [InlineData("""{"a":"b","b":"c"}""", """{"a":null}""", """{"b":"c"}""")]
    [InlineData("""{"a":["b"]}""", """{"a":"c"}""", """{"a":"c"}""")]
    [InlineData("""{"a":"c"}""", """{"a":["b"]}""", """{"a":["b"]}""")]
    [InlineData("""{"a":{"b":"c"}}""", """{"a":{"b":"d","c":null}}""", """{"a":{"b":"d"}}""")]
    [InlineData("""{"a":[{"b":"c"}]}""", """{"a":[1]}""", """{"a":[1]}""")]
    [InlineData("""{"e":null}""", """{"a":1}""", """{"a":1,"e":null}""")]
    [InlineData("""{}""", """{"a":{"bb":{"ccc":null}}}""", """{"a":{"bb":{}}}""")]
    [InlineData("""{"a":[1,2]}""", """{"a":{"b":{"c":1,"d":null}}}""", """{"a":{"b":{"c":1}}}""")]
    [InlineData("""{"a":[{"n":null}]}""", """{"b":[null,{"n":null}]}""", """{"a":[{"n":null}],"b":[null,{"n":null}]}""")]
    [InlineData("""{"%_'\"\\":{"é":"日本","😀":1}}""", """{"%_'\"\\":{"😀":null,"<b>":"'; DROP TABLE dev.sessions; --"}}""", """{"%_'\"\\":{"é":"日本","<b>":"'; DROP TABLE dev.sessions; --"}}""")]
    [InlineData("""{"n":1.10}""", """{"m":100000000000000000000.000000000000000000010}""", """{"m":100000000000000000000.000000000000000000010,"n":1.10}""")]
    public async Task A_patch_is_merged_member_by_member(string before, string patch, string after)
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync($$"""{"metadata":{{before}},"conversation_data":{{before}}}""");

        var answer = (await user.SendAsync(HttpMethod.Patch, session, $$"""{"metadata":{{patch}},"conversation_data":{{patch}}}""")).Is(200);

        JsonShape.AssertMatches(after, answer.GetProperty("metadata"));
        JsonShape.AssertMatches(after, answer.GetProperty("conversation_data"));
        JsonShape.AssertMatches(answer.GetRawText(), (await user.GetAsync(session)).Is(200));
    }

    [Fact]
    public async Task What_is_absent_stays_and_a_null_removes()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync("""{"title":"Old","metadata":{"a":1},"conversation_data":{"b":2}}""");

        var titled = (await user.SendAsync(HttpMethod.Patch, session, """{"title":"New"}""")).Is(200);
        var emptied = (await user.SendAsync(HttpMethod.Patch, session, """{"title":null,"metadata":null}""")).Is(200);

        Assert.Equal(("New", "active", """{"a": 1}""", """{"b": 2}"""), (titled.Text("title"), titled.Text("status"), titled.Raw("metadata"), titled.Raw("conversation_data")));
        Assert.Equal(JsonValueKind.Null, emptied.GetProperty("title").ValueKind);
        Assert.Equal(("{}", """{"b": 2}"""), (emptied.Raw("metadata"), emptied.Raw("conversation_data")));
    }

    [Fact]
    public async Task It_is_taken_as_a_merge_patch_by_its_content_type()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        using var request = new HttpRequestMessage(HttpMethod.Patch, session)
        {
            Content = new StringContent("""{"metadata":{"a":1}}""", new MediaTypeHeaderValue("application/merge-patch+json")),
        };
        using var form = new HttpRequestMessage(HttpMethod.Patch, session) { Content = new StringContent("a=1", new MediaTypeHeaderValue("text/plain")) };

        JsonShape.AssertMatches("""{"a":1}""", (await user.SendAsync(request)).Is(200).GetProperty("metadata"));
        (await user.SendAsync(form)).IsProblem(415, "unsupported_media_type");
    }

    [Fact]
    public async Task Of_patches_at_the_same_time_none_is_lost()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync("""{"metadata":{"deep":{}}}""");

        await Task.WhenAll(Enumerable.Range(0, 40).Select(async i =>
        {
            (await user.SendAsync(HttpMethod.Patch, session, $$$$"""{"metadata":{"k{{{{i}}}}":{{{{i}}}},"deep":{"d{{{{i}}}}":{{{{i}}}} } } }""")).Is(200);
            // Behind the other patches a message may wait too long.
            await user.WriteOnceAsync($"{session}/messages", """{"role":"user","content":"Hello"}""");
        }));

        var patched = (await user.GetAsync(session)).Is(200);
        var metadata = patched.GetProperty("metadata");
        Assert.Equal(41, metadata.EnumerateObject().Count());
        Assert.Equal(40, metadata.GetProperty("deep").EnumerateObject().Count());
        Assert.Equal(40, patched.Number("message_count"));
    }

    [Theory]
    [InlineData("""{"title":5}""", "title")]
    [InlineData("""{"title":{"a":1}}""", "title")]
    [InlineData("""{"title":"a\u0000"}""", "title")]
    [InlineData("""{"title":"\ud800"}""", "title")]
    [InlineData("""{"metadata":[]}""", "metadata")]
    [InlineData("""{"metadata":"text"}""", "metadata")]
    [InlineData("""{"metadata":{"a\u0000":1}}""", "metadata")]
    [InlineData("""{"metadata":{"a":1e400}}""", "metadata")]
    [InlineData("""{"conversation_data":false,"metadata":1}""", "conversation_data", "metadata")]
    [InlineData("""{"titel":"A typing error","title":"Fine"}""", "titel")]
    [InlineData("""{"status":"ended","message_count":5}""", "status", "message_count")]
    [InlineData("""{"Title":"Names are in lower case"}""", "Title")]
    [InlineData("""{"project_id":5}""", "project_id")]
    [InlineData("""{"project_id":"a\u0000"}""", "project_id")]
    [InlineData("""{"user_id":null}""", "user_id")]
    [InlineData("""{"user_id":" "}""", "user_id")]
    public async Task What_is_no_patch_is_refused(string patch, params string[] fields)
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();

        (await user.SendAsync(HttpMethod.Patch, session, patch)).IsInvalid(fields);
    }

    [Fact]
    public async Task Titles_have_a_longest_length_in_characters()
    {
        var user = service.AsNewUser();
        var longest = string.Concat(Enumerable.Repeat("😀", 500));
        var session = await user.StartSessionAsync($$"""{"title":"{{longest}}"}""");

        Assert.Equal(longest, (await user.SendAsync(HttpMethod.Patch, session, $$"""{"title":"{{longest}}"}""")).Is(200).Text("title"));
        foreach (var answer in new[]
        {
            await user.SendAsync(HttpMethod.Patch, session, $$"""{"title":"{{longest}}x"}"""),
            await user.PutAsync(session, $$"""{"title":"{{longest}}x"}"""),
            await user.PostAsync("/api/v1/sessions", $$"""{"title":"{{longest}}x"}"""),
        })
        {
            answer.IsInvalid("title");
        }
    }

    [Fact]
    public async Task A_value_does_not_grow_beyond_its_limit_patch_by_patch()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        var half = new string('x', 600_000);
        (await user.SendAsync(HttpMethod.Patch, session, $$$"""{"metadata":{"a":"{{{half}}}"}}""")).Is(200);

        (await user.SendAsync(HttpMethod.Patch, session, $$$"""{"metadata":{"b":"{{{half}}}"}}""")).IsInvalid("metadata");

        Assert.False((await user.GetAsync(session)).Is(200).GetProperty("metadata").TryGetProperty("b", out _));
        (await user.SendAsync(HttpMethod.Patch, session, $$$"""{"metadata":{"a":null,"b":"{{{half}}}"}}""")).Is(200);
    }

    [Fact]
    public async Task A_patch_of_very_many_objects_is_refused()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        var objects = string.Join(',', Enumerable.Range(0, 10_001).Select(i => $"\"k{i}\":{{}}"));

        (await user.SendAsync(HttpMethod.Patch, session, $"{{\"metadata\":{{{objects}}}}}")).IsInvalid("metadata");
    }

    [Fact]
    public async Task An_ended_session_takes_patches_and_another_users_does_not()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionInAsync("ended");

        (await user.SendAsync(HttpMethod.Patch, session, """{"title":"After the end"}""")).Is(200);
        (await service.AsNewUser().SendAsync(HttpMethod.Patch, session, """{"title":"Mine"}""")).IsProblem(404, "session_not_found");
        (await user.SendAsync(HttpMethod.Patch, $"/api/v1/sessions/{Guid.NewGuid()}", """{"title":"None"}""")).IsProblem(404, "session_not_found");
    }

    [Fact]
    public async Task A_star_stays_as_it_is_until_it_is_taken_away()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        Assert.Equal((false, JsonValueKind.Null), Star((await user.GetAsync(session)).Is(200)));

        var starred = (await user.PostAsync($"{session}/star", "{}")).Is(200);
        var again = (await user.SendAsync(HttpMethod.Post, $"{session}/star")).Is(200);
        var unstarred = (await user.DeleteAsync($"{session}/star")).Is(200);

        Assert.True(starred.GetProperty("is_starred").GetBoolean());
        Assert.Equal(starred.GetRawText(), again.GetRawText());
        Assert.Equal((false, JsonValueKind.Null), Star(unstarred));
        Assert.Equal(unstarred.GetRawText(), (await user.DeleteAsync($"{session}/star")).Is(200).GetRawText());
        (await service.AsNewUser().PostAsync($"{session}/star", "{}")).IsProblem(404, "session_not_found");
        (await user.DeleteAsync(session)).Is(200);
        (await user.PostAsync($"{session}/star", "{}")).Is(200);

        static (bool, JsonValueKind) Star(JsonElement json) => (json.GetProperty("is_starred").GetBoolean(), json.GetProperty("starred_at").ValueKind);
    }
}
