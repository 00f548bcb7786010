using System.Net.Sockets;
using System.Text;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Identity;

public sealed class CallerTests(ApiFixture service) : IClassFixture<ApiFixture>
{
    private const string Sessions = "/api/v1/sessions";

    [Fact]
    public async Task The_header_the_query_or_both_alike_name_the_caller()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();

        (await user.GetAsync(session)).Is(200);
        (await service.AsNobody().GetAsync($"{session}?user_id={user.UserId}")).Is(200);
        (await user.GetAsync($"{session}?user_id={user.UserId}")).Is(200);
        (await service.As($"  {user.UserId} ").GetAsync($"{session}?user_id=%20{user.UserId}%09")).Is(200);
    }

    [Fact]
    public async Task The_header_and_the_query_must_not_contradict()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();

        var answer = await user.GetAsync($"{session}?user_id={user.UserId.ToUpperInvariant()}");

        Assert.Contains("different", Assert.Single(answer.IsInvalid()["user_id"]), StringComparison.Ordinal);
    }

    public static TheoryData<string, string, string?> OperationsOfAUser()
    {
        var session = $"{Sessions}/{Guid.NewGuid()}";
        return new TheoryData<string, string, string?>
        {
            { "GET", session, null },
            { "PUT", session, "{}" },
            { "DELETE", session, null },
            { "GET", $"{session}/summary", null },
            { "POST", $"{session}/messages", """{"role":"user","content":"Hello"}""" },
            { "GET", $"{session}/messages", null },
            { "POST", $"{session}/memory", """{"content":"All."}""" },
            { "GET", $"{session}/memory", null },
            { "GET", Sessions, null },
            { "POST", Sessions, "{}" },
        };
    }

    [Theory]
    [MemberData(nameof(OperationsOfAUser))]
    public async Task Without_a_caller_both_ways_of_naming_one_are_named(string method, string path, string? body)
    {
        var answer = await service.AsNobody().SendAsync(new HttpMethod(method), path, body);

        var reason = Assert.Single(answer.IsInvalid()["user_id"]);
        Assert.Contains("X-User-Id", reason, StringComparison.Ordinal);
        Assert.Contains("user_id query parameter", reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("\u3000")]
    [InlineData("\u00a0")]
    public async Task A_blank_header_names_nobody(string header)
    {
        var answer = await service.As(header).GetAsync(Sessions);

        Assert.Contains("X-User-Id", Assert.Single(answer.IsInvalid()["user_id"]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("%20%09")]
    [InlineData("%E3%80%80")]
    public async Task A_blank_query_parameter_names_nobody(string query)
    {
        (await service.AsNobody().GetAsync($"{Sessions}?user_id={query}")).IsInvalid("user_id");
    }

    [Theory]
    [InlineData("user_id=a&user_id=b")]
    [InlineData("user_id=a&user_id=a")]
    public async Task A_query_names_one_caller(string query)
    {
        (await service.AsNobody().GetAsync($"{Sessions}?{query}")).IsInvalid("user_id");
    }

    [Fact]
    public async Task A_repeated_header_is_refused()
    {
        var answer = await SendRawAsync("X-User-Id: ann\r\nX-User-Id: bob\r\n");

        Assert.StartsWith("HTTP/1.1 422 ", answer, StringComparison.Ordinal);
        Assert.Contains("user_id", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_header_that_is_no_UTF_8_is_refused()
    {
        var answer = await SendRawAsync("X-User-Id: a\u00ffb\r\n");

        Assert.StartsWith("HTTP/1.1 422 ", answer, StringComparison.Ordinal);
        Assert.Contains("must be UTF-8", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("u", 255, true)]
    [InlineData("u", 256, false)]
    [InlineData("é", 255, true)]
    [InlineData("é", 256, false)]
    [InlineData("😀", 255, true)]
    [InlineData("😀", 256, false)]
    [InlineData("u", 9000, false)]
    public async Task A_user_id_has_at_most_255_code_points_wherever_it_stands(string character, int count, bool valid)
    {
        var id = string.Concat(Enumerable.Repeat(character, count));
        var encoded = Uri.EscapeDataString(id);

        Answer[] answers =
        [
            await service.As(id).GetAsync(Sessions),
            await service.AsNobody().GetAsync($"{Sessions}?user_id={(count > 300 ? id : encoded)}"),
            await service.AsNobody().GetAsync($"/api/v1/users/{encoded}/sessions"),
        ];
        var created = await service.AsNobody().PostAsync(Sessions, $$"""{"user_id":"{{id}}"}""");

        if (valid)
        {
            Assert.All(answers, answer => answer.Is(200));
            Assert.Equal(id, created.Is(201).Text("user_id"));
        }
        else
        {
            Assert.All(answers, answer => answer.IsInvalid("user_id"));
            created.IsInvalid("user_id");
        }
    }

    // The bytes of the last letters end as those of Latin-1 white space do: a header must not lose them.
    [Theory]
    [InlineData("plain")]
    [InlineData("two words")]
    [InlineData("Jürgen Größe")]
    [InlineData("voilà")]
    [InlineData("ÅngströmÅ")]
    [InlineData("你好")]
    [InlineData("😀 👩‍👩‍👧")]
    [InlineData("a/b")]
    [InlineData("a%2Fb")]
    [InlineData("a%b")]
    [InlineData("a+b?c=d&e#f;g,h:i@j")]
    [InlineData("../..")]
    [InlineData("\"quoted\" \\ 'text'")]
    [InlineData("null")]
    public async Task A_user_id_is_opaque_text_wherever_it_stands(string name)
    {
        // The name stands at the end, so that the last byte of the header is its own.
        var id = $"{Guid.NewGuid()} {name}";
        var user = service.As(id);
        var encoded = Uri.EscapeDataString(id);

        var session = (await user.PostAsync(Sessions, $$"""{"user_id":{{System.Text.Json.JsonSerializer.Serialize(id)}}}""")).Is(201);

        Assert.Equal(id, session.Text("user_id"));
        Answer[] lists =
        [
            await user.GetAsync(Sessions),
            await service.AsNobody().GetAsync($"{Sessions}?user_id={encoded}"),
            await user.GetAsync($"{Sessions}?user_id={encoded}"),
            await service.AsNobody().GetAsync($"/api/v1/users/{encoded}/sessions"),
            await user.GetAsync($"/api/v1/users/{encoded}/sessions"),
        ];
        Assert.All(lists, list => Assert.Equal(
            session.Text("session_id"), Assert.Single(list.Is(200).Items("sessions")).Text("session_id")));
    }

    [Fact]
    public async Task White_space_of_any_script_around_an_id_is_no_part_of_it()
    {
        var user = service.AsNewUser();
        await user.StartSessionAsync();
        var padded = $"\u3000{user.UserId}\u00a0";

        Answer[] lists =
        [
            await service.As(padded).GetAsync(Sessions),
            await service.AsNobody().GetAsync($"{Sessions}?user_id={Uri.EscapeDataString(padded)}"),
            await service.AsNobody().GetAsync($"/api/v1/users/{Uri.EscapeDataString(padded)}/sessions"),
        ];

        Assert.All(lists, list => Assert.Equal(1, list.Is(200).Number("total")));
    }

    [Fact]
    public async Task Ids_that_merely_look_alike_are_different_users()
    {
        var name = Guid.NewGuid().ToString();
        var session = await service.As($"{name} Ren\u00e9").StartSessionAsync();

        (await service.As($"{name} ren\u00e9").GetAsync(session)).IsProblem(404, "session_not_found");
        (await service.As($"{name} Rene\u0301").GetAsync(session)).IsProblem(404, "session_not_found");
        (await service.As($"{name} Ren\u00e9").GetAsync(session)).Is(200);
    }

    [Theory]
    [InlineData("user_id=%00")]
    [InlineData("user_id=a%00b")]
    public async Task A_caller_whom_no_database_stores_is_refused(string query)
    {
        (await service.AsNobody().GetAsync($"{Sessions}?{query}")).IsInvalid("user_id");
    }

    private async Task<string> SendRawAsync(string headers)
    {
        using var tcp = new TcpClient();
        await tcp.ConnectAsync("127.0.0.1", service.Address.Port);
        await using var stream = tcp.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes($"GET {Sessions} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{headers}\r\n"));
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync();
    }
}
