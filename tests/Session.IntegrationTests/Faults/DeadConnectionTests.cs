using System.Net;
using System.Text;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Faults;

/// <summary>Connections of the pools may be dead when a request takes them, as after a restart of the database.</summary>
public sealed class DeadConnectionTests(ProxiedFixture service) : IClassFixture<ProxiedFixture>, IAsyncLifetime
{
    private const string Sessions = "/api/v1/sessions";
    private const string OfSession = "/api/v1/sessions/{session_id}";
    private const string OfUser = "/api/v1/users/{user_id}";
    private const string Memory = OfUser + "/memories/{memory_id}";
    private const string OfConversation = "/v1/conversations/{conversation_id}";
    private const string Webhook = "/api/v1/webhooks/{webhook_id}";
    private const string Open = """{"role":"assistant","status":"in_progress"}""";
    private const string Feedback = OfSession + "/messages/{sequence}/feedback";
    private const string Message = """{"role":"user","content":"Hello"}""";

    private const string Imported =
        """
        {"type":"session","session_id":"{new_id}","session_summary":"Tea."}
        {"type":"message","session_id":"{new_id}","sequence":1,"role":"user","content":"Hello"}
        {"type":"message","session_id":"{new_id}","sequence":2,"role":"user","content":"Hello"}
        {"type":"memory","session_id":"{new_id}","content":"All."}
        {"type":"feedback","session_id":"{new_id}","sequence":2,"name":"rating","value":true}
        {"type":"user_memory","memory_id":"{another_new_id}","content":"Everything.","version":2}
        {"type":"user_memory_version","memory_id":"{another_new_id}","content":"Much.","version":1,"written_at":"2025-09-23T14:21:49Z"}
        """;

    private static readonly string LongText = new('x', 200_000);

    private static readonly ServiceRequest[] Reads =
    [
        new($"GET {Sessions}"),
        new($"GET {Sessions}/stats") { IsOfTheMoment = true },
        new($"GET {Sessions}/usage") { IsOfTheMoment = true },
        new($"GET {Sessions}/search") { Query = "?q=tea" },
        new($"GET {Sessions}/starred"),
        new($"GET {Sessions}/health"),
        new($"GET {Sessions}/health/detailed") { IsOfTheMoment = true },
        new($"GET {OfSession}"),
        new($"GET {OfSession}/summary"),
        new($"GET {OfSession}/messages"),
        new($"GET {OfSession}/messages") { Query = "?role=user" },
        new($"GET {OfSession}/messages") { Query = "?after=1" },
        new($"GET {OfSession}/messages") { Query = "?include=feedback" },
        new($"GET {OfSession}/messages/{{sequence}}"),
        new($"GET {OfSession}/stream"),
        new($"GET {OfSession}/branches"),
        new($"GET {OfSession}/messages/{{sequence}}") { Query = "?include=feedback" },
        new($"GET {Feedback}"),
        new($"GET {Feedback}/{{name}}"),
        new($"GET {OfSession}/memory"),
        new($"GET {OfSession}/context"),
        new($"GET {OfSession}/export"),
        new($"GET {OfConversation}"),
        new($"GET {OfConversation}/items"),
        new($"GET {OfConversation}/items/{{item_id}}"),
        new($"GET {OfSession}/data") { IsOfTheMoment = true },
        new($"GET {OfUser}/sessions"),
        new($"GET {OfUser}/memories"),
        new($"GET {Memory}"),
        new($"GET {Memory}/versions"),
        new($"GET {OfUser}/usage"),
        new($"GET {OfUser}/feedback"),
        new($"GET {OfUser}/feedback/export"),
        new($"GET {OfUser}/attachments/{{attachment_id}}"),
        new($"GET {OfUser}/export"),
        new($"GET {OfUser}/data") { IsOfTheMoment = true },
        new("GET /api/v1/webhooks"),
        new($"GET {Webhook}"),
        new($"GET {Webhook}/deliveries"),
        new("GET /health"),
        new("GET /health/live"),
        new("GET /health/ready") { IsOfTheMoment = true },
        new("GET /health/detailed") { IsOfTheMoment = true },
        new($"POST {Webhook}/test") { IsOfTheMoment = true },
        new($"POST {OfUser}/memories/search", """{"query":"tea"}"""),
        new($"POST {OfSession}/memories/search", """{"query":"tea"}"""),
    ];

    private static readonly ServiceRequest[] Writes =
    [
        new($"POST {Sessions}", "{}"),
        new($"PUT {OfSession}", """{"session_summary":"Tea.","status":"completed"}"""),
        new($"PUT {OfSession}", """{"status":"ended"}"""),
        new($"PATCH {OfSession}", """{"metadata":{"topic":null,"cups":2}}"""),
        new($"DELETE {OfSession}"),
        new($"POST {OfSession}/star"),
        new($"DELETE {OfSession}/star") { After = $"POST {OfSession}/star" },
        new($"POST {OfSession}/archive"),
        new($"POST {OfSession}/restore") { After = $"POST {OfSession}/archive" },
        new($"POST {OfSession}/fork", "{}"),
        new($"POST {OfSession}/rewind", """{"to_sequence":1}"""),
        new($"POST {OfSession}/branches/{{branch_id}}/activate")
        {
            After = $"POST {OfSession}/rewind",
            BodyBefore = """{"to_sequence":1}""",
        },
        new($"PATCH {OfSession}/branches/{{branch_id}}", """{"name":"Tea"}"""),
        new($"POST {OfSession}/copy", """{"user_id":"{user_id}"}"""),
        new($"DELETE {OfSession}/data") { IsOfTheMoment = true },
        new($"POST {OfSession}/messages", Message),
        new($"POST {OfSession}/messages", $$"""{"role":"user","content":"{{LongText}}"}"""),
        new($"POST {OfSession}/messages/batch", $$"""{"messages":[{{Message}},{{Message}}]}"""),
        new($"DELETE {OfSession}/messages/{{sequence}}"),
        new($"POST {OfSession}/messages/{{sequence}}/deltas", """{"index":0,"text":"Green"}""")
        {
            After = $"POST {OfSession}/messages",
            BodyBefore = Open,
            Sequence = "4",
        },
        new($"POST {OfSession}/messages/{{sequence}}/complete", """{"content":"Green tea.","tokens_used":3}""")
        {
            After = $"POST {OfSession}/messages",
            BodyBefore = Open,
            Sequence = "4",
        },
        new("POST /v1/conversations", "{}"),
        new($"POST {OfConversation}", """{"metadata":{"topic":"coffee"}}"""),
        new($"POST {OfConversation}/items", $$"""{"items":[{{Message}},{"type":"reasoning","id":"rs_1","summary":[]}]}"""),
        new($"DELETE {OfConversation}/items/{{item_id}}"),
        new($"DELETE {OfConversation}"),
        new($"PUT {Feedback}/{{name}}", """{"value":"Very polite."}"""),
        new($"PUT {Feedback}/{{name}}", """{"value":true}""") { After = $"DELETE {Feedback}/{{name}}" },
        new($"DELETE {Feedback}/{{name}}"),
        new($"POST {OfSession}/memory", """{"content":"Tea was drunk, too."}"""),
        new($"POST {OfSession}/memory", $$"""{"content":"{{LongText}}"}"""),
        new($"POST {OfUser}/memories", """{"content":"Likes black tea."}"""),
        new($"POST {OfUser}/memories", $$"""{"content":"{{LongText}}"}"""),
        new($"POST {OfUser}/memories/batch", """{"memories":[{"content":"Likes it hot."},{"content":"And sweet."}]}"""),
        new($"PUT {Memory}", """{"content":"Likes no tea."}"""),
        new($"PUT {Memory}", $$"""{"content":"{{LongText}}"}"""),
        new($"PATCH {Memory}", """{"importance":0.5}"""),
        new($"DELETE {Memory}"),
        new($"POST {OfUser}/attachments", "The meter shows 4711.") { ContentType = "text/plain" },
        new($"POST {OfUser}/attachments", LongText) { ContentType = "text/plain" },
        new("POST /api/v1/webhooks", """{"url":"https://hooks.invalid/other"}"""),
        new($"PATCH {Webhook}", """{"events":["session.deleted"]}"""),
        new($"POST {Webhook}/secret"),
        new($"POST {Webhook}/deliveries/{{delivery_id}}/replay")
        {
            After = $"PATCH {Webhook}",
            BodyBefore = """{"enabled":true}""",
        },
        new($"DELETE {Webhook}"),
        new($"POST {Sessions}/import", Imported) { ContentType = "application/x-ndjson" },
        new($"DELETE {OfUser}/data") { IsOfTheMoment = true },
    ];

    /// <summary>Requests to every operation of the OpenAPI document, each of which is answered with success.</summary>
    internal static IEnumerable<ServiceRequest> Requests => Reads.Concat(Writes);

    public static TheoryData<int, string> All
    {
        get
        {
            var all = new TheoryData<int, string>();
            ServiceRequest[] requests = [.. Reads, .. Writes];
            for (var i = 0; i < requests.Length; i++)
            {
                all.Add(i, requests[i].Operation + requests[i].Query);
            }

            return all;
        }
    }

    public Task InitializeAsync() => service.RecoverAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task Every_operation_is_among_the_requests_of_these_tests()
    {
        var operations = (await service.DocumentAsync()).GetProperty("paths").EnumerateObject()
            // A stream has no end to compare; FollowFaultsTests have those.
            .Where(path => !path.Name.EndsWith("/events", StringComparison.Ordinal))
            .SelectMany(path => path.Value.EnumerateObject().Select(operation => $"{operation.Name.ToUpperInvariant()} {path.Name}"));

        Assert.Equal(
            operations.Order(StringComparer.Ordinal),
            Reads.Concat(Writes).Select(request => request.Operation).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task A_request_is_answered_as_ever_when_the_server_has_ended_every_connection(int index, string name)
    {
        var (expected, answer) = await SendAsync(index, EndConnectionsAsync);

        AssertIsTheSame(name, expected, answer);
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task A_request_is_answered_as_ever_when_every_connection_broke_without_a_word_or_its_outcome_is_unknown(int index, string name)
    {
        var (expected, answer) = await SendAsync(index, () =>
        {
            service.Proxy.ResetAll();
            return Task.CompletedTask;
        });

        if (index >= Reads.Length && answer.Status == 503)
        {
            Assert.Contains("outcome_unknown", answer.Text, StringComparison.Ordinal);
            Assert.Equal(new Outcome(0, "", expected.Effect - expected.Effect), answer with { Status = 0, Text = "" });
            return;
        }

        AssertIsTheSame(name, expected, answer);
    }

    [Fact]
    public async Task A_streamed_import_goes_on_when_its_connections_end_between_two_chunks_and_writes_each_line_once()
    {
        var conversation = await Conversation.StartAsync(service);
        var session = Guid.NewGuid();
        var before = await Effect.CountAsync(service.Database, conversation.User.UserId);
        using var content = new PacedContent(
            [Lines(session, 1, 1_100), Lines(session, 1_101, 1_800), Lines(session, 1_801, 2_200)],
            async part =>
            {
                await Eventually.IsSoAsync(async () =>
                    (await Effect.CountAsync(service.Database, conversation.User.UserId) - before).Messages >= (part == 0 ? 500 : 1_500));
                await EndConnectionsAsync();
            });
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/sessions/import") { Content = content };

        var answer = (await conversation.User.SendAsync(request)).Is(200);

        Assert.True(answer.GetProperty("is_complete").GetBoolean(), answer.GetRawText());
        Assert.Equal(2_200, answer.GetProperty("messages").Number("created") + answer.GetProperty("messages").Number("unchanged"));
        var effect = await Effect.CountAsync(service.Database, conversation.User.UserId) - before;
        Assert.Equal((1, 2_200, 2_200), (effect.Sessions, effect.Messages, effect.TotalMessages));
        var last = (await conversation.User.GetAsync($"/api/v1/sessions/{session}/messages?order=desc&page_size=1")).Is(200);
        Assert.Equal(2_200, last.Number("total"));
        Assert.Equal("2200", last.Items("messages")[0].Text("content"));
    }

    private static string Lines(Guid session, int first, int last) =>
        string.Concat(
            Enumerable.Range(first, last - first + 1)
                .Select(n => $$"""{"type":"message","session_id":"{{session}}","sequence":{{n}},"role":"user","content":"{{n}}"}""" + "\n")
                .Prepend(first == 1 ? $$"""{"type":"session","session_id":"{{session}}"}""" + "\n" : ""));

    /// <summary>Sends the request twice, to two users who have the same: undisturbed first, which leaves its statements prepared on the connections.</summary>
    private async Task<(Outcome Expected, Outcome Answer)> SendAsync(int index, Func<Task> breakConnectionsAsync)
    {
        var isWrite = index >= Reads.Length;
        var request = isWrite ? Writes[index - Reads.Length] : Reads[index];
        var (usual, disturbed) = isWrite ? await service.StartTwoAsync() : await service.ToReadAsync();
        await request.PrepareAsync(disturbed);
        await request.PrepareAsync(usual);
        var expected = await SendAsync(request, usual, () => Task.CompletedTask);
        Assert.InRange(expected.Status, 200, 204);
        Assert.Equal(isWrite, expected.Effect != expected.Effect - expected.Effect);

        return (expected, await SendAsync(request, disturbed, breakConnectionsAsync));
    }

    private async Task<Outcome> SendAsync(ServiceRequest request, Conversation conversation, Func<Task> beforeAsync)
    {
        var before = await Effect.CountAsync(service.Database, conversation.User.UserId);
        await beforeAsync();
        var answer = await request.SendAsync(conversation);
        var after = await Effect.CountAsync(service.Database, conversation.User.UserId);
        return new Outcome(answer.Status, request.IsOfTheMoment && answer.Status == 200 ? "" : ServiceRequest.Normal(answer.Text), after - before);
    }

    private static void AssertIsTheSame(string name, Outcome expected, Outcome answer)
    {
        Assert.True(expected.Status == answer.Status, $"{name}: {answer.Status} {answer.Text}");
        Assert.Equal(expected.Text, answer.Text);
        Assert.Equal(expected.Effect, answer.Effect);
    }

    // All but that of the pulse, which would have the pools opened anew before a request meets a dead connection.
    private Task EndConnectionsAsync() =>
        service.Database.ExecuteAsync(
            """
            SELECT pg_terminate_backend(pid, 10000)
            FROM pg_stat_activity
            WHERE datname = current_database() AND application_name LIKE 'session_service%' AND query NOT LIKE '%pg_is_in_recovery%'
            """);

    private sealed record Outcome(int Status, string Text, Effect Effect);

    /// <summary>A body that is sent part by part.</summary>
    private sealed class PacedContent : HttpContent
    {
        private readonly string[] _parts;
        private readonly Func<int, Task> _betweenAsync;

        public PacedContent(string[] parts, Func<int, Task> betweenAsync)
        {
            (_parts, _betweenAsync) = (parts, betweenAsync);
            Headers.ContentType = new("application/x-ndjson");
        }

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            for (var part = 0; part < _parts.Length; part++)
            {
                await stream.WriteAsync(Encoding.UTF8.GetBytes(_parts[part]));
                await stream.FlushAsync();
                if (part < _parts.Length - 1)
                {
                    await _betweenAsync(part);
                }
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
