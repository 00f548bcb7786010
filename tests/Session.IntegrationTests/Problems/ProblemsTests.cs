using System.Net.Http.Headers;
using System.Text;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Problems;

public sealed class ProblemsTests(ApiFixture service) : IClassFixture<ApiFixture>
{
    private const string Sessions = "/api/v1/sessions";

    [Theory]
    [InlineData("{")]
    [InlineData("{\"metadata\":}")]
    [InlineData("{\"metadata\":{},}")]
    [InlineData("{'metadata':{}}")]
    [InlineData("{} {}")]
    [InlineData("// nothing\n{}")]
    [InlineData("hello")]
    [InlineData("{\"metadata\":{\"a\":01}}")]
    [InlineData("{\"metadata\":{\"a\":NaN}}")]
    [InlineData("{\"metadata\":{\"a\":\"\n\"}}")]
    [InlineData("{\"metadata\":{\"a\":\"\\x\"}}")]
    [InlineData(" ")]
    [InlineData("")]
    public async Task A_body_that_is_no_JSON_is_a_400(string body)
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();

        (await user.PostAsync(Sessions, body)).IsProblem(400, "invalid_json");
        (await user.PutAsync(session, body)).IsProblem(400, "invalid_json");
        (await user.PostAsync($"{session}/messages", body)).IsProblem(400, "invalid_json");
        (await user.PostAsync($"{session}/memory", body)).IsProblem(400, "invalid_json");
    }

    [Theory]
    [InlineData(new byte[] { 0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d })]
    [InlineData(new byte[] { 0x7b, 0x22, 0xed, 0xa0, 0x80, 0x22, 0x3a, 0x31, 0x7d })]
    [InlineData(new byte[] { 0x7b, 0x22, 0xc0, 0x80, 0x22, 0x3a, 0x31, 0x7d })]
    [InlineData(new byte[] { 0x7b, 0x00, 0x7d, 0x00 })]
    public async Task A_body_that_is_no_UTF_8_is_a_400(byte[] body)
    {
        var content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        using var request = new HttpRequestMessage(HttpMethod.Post, Sessions) { Content = content };

        (await service.AsNewUser().SendAsync(request)).IsProblem(400, "invalid_json");
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("[{}]")]
    [InlineData("\"text\"")]
    [InlineData("1")]
    [InlineData("true")]
    [InlineData("null")]
    public async Task A_body_that_is_JSON_but_no_object_is_a_422(string body)
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();

        (await user.PostAsync(Sessions, body)).IsInvalid("body");
        (await user.PutAsync(session, body)).IsInvalid("body");
        (await user.PostAsync($"{session}/messages", body)).IsInvalid("body");
        (await user.PostAsync($"{session}/memory", body)).IsInvalid("body");
    }

    [Fact]
    public async Task A_byte_order_mark_is_no_part_of_the_body()
    {
        var content = new ByteArrayContent([0xef, 0xbb, 0xbf, (byte)'{', (byte)'}'])
        {
            Headers = { ContentType = new MediaTypeHeaderValue("application/json") },
        };
        using var request = new HttpRequestMessage(HttpMethod.Post, Sessions) { Content = content };

        (await service.AsNewUser().SendAsync(request)).Is(201);
    }

    [Theory]
    [InlineData("/api")]
    [InlineData("/api/v1")]
    [InlineData("/api/v2/sessions")]
    [InlineData("/api/v1/session")]
    [InlineData("/api/v1/users/ann")]
    [InlineData("/api/v1/sessions/a87a9d6e-4137-4d41-8ab8-a13c4abcc83e/other")]
    [InlineData("/favicon.ico")]
    public async Task A_path_without_a_route_is_a_404(string path)
    {
        (await service.AsNewUser().GetAsync(path)).IsProblem(404, "route_not_found");
    }

    [Theory]
    [InlineData("PATCH", "/api/v1/sessions", "GET, POST")]
    [InlineData("DELETE", "/api/v1/sessions", "GET, POST")]
    [InlineData("POST", "/api/v1/sessions/a87a9d6e-4137-4d41-8ab8-a13c4abcc83e", "DELETE, GET, PATCH, PUT")]
    [InlineData("PUT", "/api/v1/sessions/a87a9d6e-4137-4d41-8ab8-a13c4abcc83e/messages", "GET, POST")]
    [InlineData("DELETE", "/api/v1/sessions/a87a9d6e-4137-4d41-8ab8-a13c4abcc83e/memory", "GET, POST")]
    [InlineData("POST", "/api/v1/sessions/stats", "GET")]
    public async Task A_method_that_the_path_does_not_take_is_a_405(string method, string path, string allowed)
    {
        var answer = await service.AsNewUser().SendAsync(new HttpMethod(method), path, "{}");

        answer.IsProblem(405, "method_not_allowed");
        Assert.Equal(
            allowed.Split(", "), answer.Headers["Allow"].Split(',').Select(name => name.Trim()).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/xml")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("multipart/form-data; boundary=x")]
    [InlineData("application/json; charset=utf-16")]
    [InlineData("application/json; charset=iso-8859-1")]
    [InlineData(null)]
    public async Task A_body_of_another_type_is_a_415(string? type)
    {
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes("{}"));
        content.Headers.ContentType = type is null ? null : MediaTypeHeaderValue.Parse(type);
        using var request = new HttpRequestMessage(HttpMethod.Post, Sessions) { Content = content };

        (await service.AsNewUser().SendAsync(request)).IsProblem(415, "unsupported_media_type");
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("application/json; charset=utf-8")]
    [InlineData("application/json; charset=UTF-8")]
    [InlineData("Application/JSON")]
    [InlineData("application/merge-patch+json")]
    public async Task JSON_by_any_name_is_taken(string type)
    {
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes("{}"));
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        using var request = new HttpRequestMessage(HttpMethod.Post, Sessions) { Content = content };

        (await service.AsNewUser().SendAsync(request)).Is(201);
    }

    [Theory]
    [InlineData("application/xml")]
    [InlineData("text/html")]
    [InlineData("application/problem+json")]
    public async Task JSON_is_answered_whatever_is_asked_for(string accept)
    {
        var user = service.AsNewUser();
        using var read = new HttpRequestMessage(HttpMethod.Get, Sessions) { Headers = { { "Accept", accept } } };
        using var refused = new HttpRequestMessage(HttpMethod.Get, $"{Sessions}?page=0") { Headers = { { "Accept", accept } } };
        using var missing = new HttpRequestMessage(HttpMethod.Get, $"{Sessions}/{Guid.NewGuid()}") { Headers = { { "Accept", accept } } };

        (await user.SendAsync(read)).Is(200);
        (await user.SendAsync(refused)).IsInvalid("page");
        (await user.SendAsync(missing)).IsProblem(404, "session_not_found");
    }

    [Fact]
    public async Task A_body_of_40_MB_is_a_413_without_being_read()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        using var http = service.CreateHttp(maxConnections: 1);
        var own = new ApiClient(http, user.UserId);
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{session}/messages")
        {
            Content = new StringContent(
                $$"""{"role":"user","content":"{{new string('a', 40_000_000)}}"}""", Encoding.UTF8, "application/json"),
            // The client waits for leave before it sends the body.
            Headers = { ExpectContinue = true },
        };

        (await own.SendAsync(request)).IsProblem(413, "payload_too_large");

        Assert.Equal(0, (await own.GetAsync(session)).Is(200).Number("message_count"));
    }

    [Fact]
    public async Task A_problem_names_the_path_and_not_the_query()
    {
        var problem = (await service.AsNewUser().GetAsync($"{Sessions}?page=0")).IsProblem(422, "validation_failed");

        Assert.Equal(Sessions, problem.Text("instance"));
    }

    [Fact]
    public async Task All_failures_are_reported_at_once()
    {
        var session = $"{Sessions}/{Guid.NewGuid()}";

        var message = await service.AsNobody().PostAsync(
            $"{session}/messages", """{"role":"nobody","content":7,"metadata":[],"tokens_used":-1,"cost_usd":"1"}""");
        var list = await service.AsNobody().GetAsync($"{session}/messages?page=0&page_size=x&role=nobody");
        var create = await service.As("ann").PostAsync(
            $"{Sessions}?user_id=bob", """{"user_id":"","session_id":"x","conversation_data":1,"metadata":{"a":"\u0000"}}""");
        var update = await service.AsNobody().PutAsync(
            session, """{"status":"closed","conversation_data":[],"metadata":"x","session_summary":1,"last_activity":"x"}""");
        var memory = await service.AsNobody().PostAsync(
            $"{session}/memory", """{"memory_type":1,"user_preferences":[],"ongoing_tasks":{}}""");

        message.IsInvalid("user_id", "role", "content", "metadata", "tokens_used", "cost_usd");
        list.IsInvalid("user_id", "page", "page_size", "role");
        create.IsInvalid("user_id", "session_id", "conversation_data", "metadata");
        update.IsInvalid("user_id", "status", "conversation_data", "metadata", "session_summary", "last_activity");
        memory.IsInvalid("user_id", "memory_type", "content", "user_preferences", "ongoing_tasks");
    }

    [Fact]
    public async Task A_field_of_a_wrong_type_is_not_missing_besides()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();

        var errors = (await user.PostAsync($"{session}/messages", """{"role":true,"content":{}}""")).IsInvalid();

        Assert.Equal(["must be a string"], errors["role"]);
        Assert.Equal(["must be a text or an array of parts"], errors["content"]);
    }
}
