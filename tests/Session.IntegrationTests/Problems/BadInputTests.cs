using System.Net;
using System.Text;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Problems;

/// <summary>A service with two connections to its database: one that is left unusable would soon be met again.</summary>
public sealed class TwoConnectionsFixture : ApiFixture
{
    protected override async Task<string> PrepareDatabaseAsync() => await base.PrepareDatabaseAsync() + ";Maximum Pool Size=2";
}

public sealed class BadInputTests : IClassFixture<TwoConnectionsFixture>, IDisposable
{
    private const string Sessions = "/api/v1/sessions";

    private readonly TwoConnectionsFixture _service;
    private readonly HttpClient _http;
    private readonly ApiClient _user;

    public BadInputTests(TwoConnectionsFixture service)
    {
        _service = service;
        _http = service.CreateHttp(maxConnections: 1);
        _user = new ApiClient(_http, $"user-{Guid.NewGuid()}");
    }

    public void Dispose() => _http.Dispose();

    private static readonly string[] UnstorableTexts =
    [
        """
        "\u0000"
        """,
        """
        "a\u0000b"
        """,
        """
        "\ud800"
        """,
        """
        "\udc00x"
        """,
        """
        "\ude00\ud83d"
        """,
    ];

    private static readonly (string Method, string SubPath, string Field, string Body)[] TextFields =
    [
        ("POST", "/messages", "content", """{"role":"user","content":#}"""),
        ("POST", "/messages", "role", """{"role":#,"content":"Hello"}"""),
        ("POST", "/messages", "message_type", """{"role":"user","content":"Hello","message_type":#}"""),
        ("POST", "/messages", "metadata", """{"role":"user","content":"Hello","metadata":{"a":#}}"""),
        ("POST", "/messages", "metadata", """{"role":"user","content":"Hello","metadata":{"a":{#:[1]}}}"""),
        ("POST", "/messages", "created_at", """{"role":"user","content":"Hello","created_at":#}"""),
        ("POST", "/memory", "content", """{"content":#}"""),
        ("POST", "/memory", "memory_type", """{"content":"All.","memory_type":#}"""),
        ("POST", "/memory", "metadata", """{"content":"All.","metadata":{#:1}}"""),
        ("POST", "/memory", "user_preferences", """{"content":"All.","user_preferences":{"a":[#]}}"""),
        ("POST", "/memory", "ongoing_tasks", """{"content":"All.","ongoing_tasks":["a",{"b":#}]}"""),
        ("PUT", "", "status", """{"status":#}"""),
        ("PUT", "", "session_summary", """{"session_summary":#}"""),
        ("PUT", "", "title", """{"title":#}"""),
        ("PUT", "", "conversation_data", """{"conversation_data":{#:{}}}"""),
        ("PUT", "", "metadata", """{"metadata":{"a":#}}"""),
        ("PUT", "", "last_activity", """{"last_activity":#}"""),
    ];

    public static TheoryData<string, string, string, string> UnstorableRequests()
    {
        var requests = new TheoryData<string, string, string, string>();
        foreach (var (method, subPath, field, body) in TextFields)
        {
            foreach (var text in UnstorableTexts)
            {
                requests.Add(method, subPath, field, body.Replace("#", text, StringComparison.Ordinal));
            }
        }

        return requests;
    }

    [Theory]
    [MemberData(nameof(UnstorableRequests))]
    public Task Text_that_no_database_stores_is_refused_and_leaves_no_trace(string method, string subPath, string field, string body) =>
        AssertRefusedAsync(method, subPath, body, field);

    [Theory]
    [InlineData("user_id")]
    [InlineData("session_id")]
    [InlineData("metadata")]
    [InlineData("conversation_data")]
    public async Task Such_text_is_refused_in_a_new_session_too(string field)
    {
        var nobody = new ApiClient(_http, userId: null);
        foreach (var text in UnstorableTexts)
        {
            var value = field is "metadata" or "conversation_data" ? $$"""{{{text}}:{{text}}}""" : text;
            var owner = field == "user_id" ? "" : $"\"user_id\":\"{_user.UserId}\",";

            (await nobody.PostAsync(Sessions, $"{{{owner}\"{field}\":{value}}}")).IsInvalid(field);
        }

        Assert.Equal(0, (await _user.GetAsync(Sessions)).Is(200).Number("total"));
    }

    [Theory]
    [InlineData("POST", "/messages", """{"role":"user","content":"Hello","tokens_used":2147483648}""", "tokens_used")]
    [InlineData("POST", "/messages", """{"role":"user","content":"Hello","tokens_used":-2147483649}""", "tokens_used")]
    [InlineData("POST", "/messages", """{"role":"user","content":"Hello","tokens_used":1e400}""", "tokens_used")]
    [InlineData("POST", "/messages", """{"role":"user","content":"Hello","tokens_used":1e100000}""", "tokens_used")]
    [InlineData("POST", "/messages", """{"role":"user","content":"Hello","cost_usd":10000000000}""", "cost_usd")]
    [InlineData("POST", "/messages", """{"role":"user","content":"Hello","cost_usd":9999999999.99999999995}""", "cost_usd")]
    [InlineData("POST", "/messages", """{"role":"user","content":"Hello","cost_usd":1e28}""", "cost_usd")]
    [InlineData("POST", "/messages", """{"role":"user","content":"Hello","cost_usd":1e400}""", "cost_usd")]
    [InlineData("POST", "/messages", """{"role":"user","content":"Hello","cost_usd":1e100000}""", "cost_usd")]
    [InlineData("POST", "/messages", """{"role":"user","content":"Hello","cost_usd":-1e400}""", "cost_usd")]
    [InlineData("POST", "/messages", """{"role":"user","content":"Hello","metadata":{"a":1e100000}}""", "metadata")]
    [InlineData("POST", "/messages", """{"role":"user","content":"Hello","metadata":{"a":[-1e-100000]}}""", "metadata")]
    [InlineData("POST", "/messages", """{"role":"user","content":"Hello","metadata":{"a":1e99999999999999999999}}""", "metadata")]
    [InlineData("POST", "/messages", """{"role":"user","content":"Hello","created_at":"9999-12-31T23:59:59-14:00"}""", "created_at")]
    [InlineData("POST", "/messages", """{"role":"user","content":"Hello","created_at":"0001-01-01T00:00:00+14:00"}""", "created_at")]
    [InlineData("PUT", "", """{"metadata":{"a":1e400}}""", "metadata")]
    [InlineData("PUT", "", """{"conversation_data":{"a":1e100000}}""", "conversation_data")]
    [InlineData("PUT", "", """{"last_activity":"0001-01-01T00:00:00Z"}""", "last_activity")]
    [InlineData("POST", "/memory", """{"content":"All.","ongoing_tasks":[1e100000]}""", "ongoing_tasks")]
    [InlineData("POST", "/memory", """{"content":"All.","user_preferences":{"a":1e100000}}""", "user_preferences")]
    public Task A_number_or_time_beyond_its_column_is_refused_and_leaves_no_trace(string method, string subPath, string body, string field) =>
        AssertRefusedAsync(method, subPath, body, field);

    [Theory]
    [InlineData("PUT", "", """{"metadata":#}""", "metadata")]
    [InlineData("PUT", "", """{"metadata":{"a":#}}""", "metadata")]
    [InlineData("PUT", "", """{"unknown":#}""", "unknown")]
    [InlineData("POST", "/messages", """{"role":"user","content":#}""", "content")]
    [InlineData("POST", "/messages", """{"role":"user","content":"Hello","metadata":{"a":#}}""", "metadata")]
    [InlineData("POST", "/memory", """{"content":"All.","ongoing_tasks":#}""", "ongoing_tasks")]
    public Task A_body_nested_thousands_deep_is_refused_and_leaves_no_trace(string method, string subPath, string body, string field) =>
        AssertRefusedAsync(
            method, subPath, body.Replace("#", new string('[', 2000) + new string(']', 2000), StringComparison.Ordinal), field);

    [Theory]
    [InlineData("metadata", "[]")]
    [InlineData("metadata", "[{}]")]
    [InlineData("metadata", "\"{}\"")]
    [InlineData("metadata", "0")]
    [InlineData("metadata", "false")]
    [InlineData("conversation_data", "[]")]
    [InlineData("conversation_data", "true")]
    [InlineData("conversation_data", "1.5")]
    public Task Free_JSON_that_is_no_object_is_refused_and_leaves_no_trace(string field, string value) =>
        AssertRefusedAsync("PUT", "", $$"""{"{{field}}":{{value}}}""", field);

    [Fact]
    public async Task Free_JSON_of_more_than_one_MiB_is_refused_and_leaves_no_trace()
    {
        await AssertRefusedAsync("PUT", "", $$"""{"metadata":{"a":"{{new string('a', 1024 * 1024)}}"} }""", "metadata");
        await AssertRefusedAsync(
            "PUT", "", $$"""{"metadata":{"a":[{{string.Join(',', Enumerable.Repeat("1e300", 4000))}}]} }""", "metadata");
    }

    [Fact]
    public async Task Ids_of_thousands_of_characters_are_refused_wherever_they_stand()
    {
        var id = new string('x', 9000);
        var session = await _user.StartSessionAsync();

        (await new ApiClient(_http, id).GetAsync(session)).IsInvalid("user_id");
        (await new ApiClient(_http, userId: null).GetAsync($"{session}?user_id={id}")).IsInvalid("user_id");
        (await new ApiClient(_http, userId: null).PostAsync(Sessions, $$"""{"user_id":"{{id}}"}""")).IsInvalid("user_id");
        (await _user.PostAsync(Sessions, $$"""{"session_id":"{{id}}"}""")).IsInvalid("session_id");
        (await new ApiClient(_http, userId: null).GetAsync($"/api/v1/users/{id}/sessions")).IsInvalid("user_id");
        (await _user.GetAsync($"{Sessions}/{id}")).IsProblem(404, "route_not_found");
        (await _user.GetAsync($"{session}/messages?message_type={id}")).IsInvalid("message_type");
        (await _user.GetAsync($"{session}/messages?page={new string('9', 9000)}")).IsInvalid("page");
        await AssertWorksAsync(session);
    }

    [Theory]
    [InlineData("""{"meta\ud800":1}""")]
    [InlineData("""{"\ud800":1}""")]
    [InlineData("""{"\u0000":1}""")]
    [InlineData("""{"role":"user","content":"Hello","metadata\udc00":{}}""")]
    public async Task A_name_that_is_no_text_is_refused(string json)
    {
        (await _user.PostAsync(Sessions, json)).IsInvalid("body");
    }

    [Fact]
    public async Task A_path_that_spells_NUL_is_refused_by_the_server()
    {
        using var http = new HttpClient { BaseAddress = _service.Address };

        using var answer = await http.GetAsync(new Uri("/api/v1/users/a%00b/sessions", UriKind.Relative));

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Theory]
    [InlineData("'; DROP TABLE dev.sessions; --")]
    [InlineData("$1")]
    [InlineData("{0} {user_id}")]
    [InlineData("<script>alert(1)</script>")]
    public async Task Text_that_means_something_elsewhere_is_text_here(string text)
    {
        var user = _service.As($"{text} {Guid.NewGuid()}");
        var session = await user.StartSessionAsync($$"""{"metadata":{"{{text}}":"{{text}}"} }""");

        var message = await user.WriteMessageAsync(session, $$"""{"role":"user","content":"{{text}}","message_type":"{{text}}"}""");

        Assert.Equal(text, message.Text("content"));
        var list = (await user.GetAsync($"{session}/messages?message_type={Uri.EscapeDataString(text)}")).Is(200);
        Assert.Equal(text, Assert.Single(list.Items("messages")).Text("message_type"));
        Assert.Equal(text, (await user.GetAsync(session)).Is(200).GetProperty("metadata").Text(text));
    }

    [Fact]
    public async Task A_client_that_goes_away_in_the_middle_leaves_no_trace()
    {
        var session = await _user.StartSessionAsync();
        using (var tcp = new System.Net.Sockets.TcpClient())
        {
            await tcp.ConnectAsync("127.0.0.1", _service.Address.Port);
            await tcp.GetStream().WriteAsync(Encoding.ASCII.GetBytes(
                $"POST {session}/messages HTTP/1.1\r\nHost: localhost\r\nX-User-Id: {_user.UserId}\r\n"
                + "Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{\"role\":\"user\","));
        }

        Assert.Equal(0, (await _user.GetAsync(session)).Is(200).Number("message_count"));
        await AssertWorksAsync(session);
    }

    private async Task AssertRefusedAsync(string method, string subPath, string body, string field)
    {
        var session = await _user.StartSessionAsync();
        var before = (await _user.GetAsync(session)).Text;

        (await _user.SendAsync(new HttpMethod(method), session + subPath, body)).IsInvalid(field);

        Assert.Equal(before, (await _user.GetAsync(session)).Text);
        (await _user.GetAsync($"{session}/memory")).IsProblem(404, "memory_not_found");
        await AssertWorksAsync(session);
    }

    // More requests at once than the service has connections, by way of the connection that was misused.
    private async Task AssertWorksAsync(string session)
    {
        await _user.WriteMessageAsync(session);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => _service.As(_user.UserId).WriteMessageAsync(session)));
        Assert.Equal(5, (await _user.GetAsync(session)).Is(200).Number("message_count"));
    }
}
