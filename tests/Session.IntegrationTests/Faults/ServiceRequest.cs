using System.Text;
using System.Text.RegularExpressions;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Faults;

/// <summary>A request to one operation of the OpenAPI document, on a conversation that has something of everything.</summary>
/// <param name="Operation">Method and path of the operation.</param>
/// <param name="Body">The body, with the same names in braces as the path.</param>
internal sealed partial record ServiceRequest(string Operation, string? Body = null)
{
    public string Query { get; init; } = "";

    public string ContentType { get; init; } = "application/json";

    /// <summary>Another request that comes first.</summary>
    public string? After { get; init; }

    /// <summary>The body of the request that comes first.</summary>
    public string? BodyBefore { get; init; }

    /// <summary>The message in the path, where it is another one than usual.</summary>
    public string? Sequence { get; init; }

    /// <summary>Whether the answer differs from user to user, as it tells of everybody or of the moment.</summary>
    public bool IsOfTheMoment { get; init; }

    public async Task PrepareAsync(Conversation conversation)
    {
        if (After is not null)
        {
            var answer = await new ServiceRequest(After, BodyBefore).SendAsync(conversation);
            Assert.InRange(answer.Status, 200, 201);
        }
    }

    public async Task<Answer> SendAsync(Conversation conversation, string? idempotencyKey = null)
    {
        var (method, path) = Operation.Split(' ') is [var first, var second] ? (first, second) : throw new InvalidOperationException(Operation);
        path = Sequence is null ? path : path.Replace("{sequence}", Sequence, StringComparison.Ordinal);
        using var request = new HttpRequestMessage(new HttpMethod(method), conversation.Fill(path + Query));
        if (idempotencyKey is not null)
        {
            request.Headers.Add("Idempotency-Key", idempotencyKey);
        }

        if (Body is not null)
        {
            request.Content = new StringContent(conversation.Fill(Body), Encoding.UTF8, ContentType);
        }

        return await conversation.User.SendAsync(request);
    }

    /// <summary>An answer without what differs from one conversation to another.</summary>
    public static string Normal(string text) => Changing().Replace(text, "…");

    // Ids and times.
    [GeneratedRegex(
        "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|_[0-9a-f]{32}|whsec_[0-9A-Za-z+/]+=|\"created_at\":[0-9]+|[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Changing();
}

/// <summary>A user's conversation, and what else a request may need.</summary>
internal sealed class Conversation
{
    private const string Message = """{"role":"user","content":"Green tea, please.","tokens_used":7,"cost_usd":0.001}""";

    private Dictionary<string, string> _names = new(StringComparer.Ordinal);

    private Conversation(ApiClient user) => User = user;

    public ApiClient User { get; }

    public string Session => Fill("/api/v1/sessions/{session_id}");

    public static async Task<Conversation> StartAsync(ApiFixture service, int messages = 3)
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync("""{"title":"Tea","metadata":{"topic":"tea"}}""");
        for (var rest = messages; rest > 0; rest -= 1_000)
        {
            var batch = string.Join(',', Enumerable.Repeat(Message, Math.Min(rest, 1_000)));
            (await user.PostAsync($"{session}/messages/batch", $$"""{"messages":[{{batch}}]}""")).Is(201);
        }

        var webhook = (await user.PostAsync("/api/v1/webhooks", """{"url":"https://hooks.invalid"}""")).Is(201).Text("webhook_id");
        (await user.PostAsync($"{session}/memory", """{"content":"Tea was ordered."}""")).Is(201);
        (await user.PutAsync($"{session}/messages/2/feedback/rating", """{"value":4.5}""")).Is(201);
        var memory = (await user.PostAsync($"/api/v1/users/{user.UserId}/memories", """{"content":"Likes green tea."}""")).Is(201);
        using var picture = new HttpRequestMessage(HttpMethod.Post, $"/api/v1/users/{user.UserId}/attachments")
        {
            Content = new StringContent("A cup of tea.", Encoding.UTF8, "text/plain"),
        };
        var attachment = (await user.SendAsync(picture)).Is(201);
        (await user.SendAsync(HttpMethod.Patch, $"/api/v1/webhooks/{webhook}", """{"enabled":false}""")).Is(200);
        var delivery = (await user.GetAsync($"/api/v1/webhooks/{webhook}/deliveries?status=dead")).Is(200).Items("deliveries")[0];
        var item = (await user.GetAsync($"/v1/conversations/conv_{session.Split('/')[^1]}/items?order=asc")).Is(200).Items("data")[0];
        return new Conversation(user)
        {
            _names = new(StringComparer.Ordinal)
            {
                ["{session_id}"] = session.Split('/')[^1],
                ["{user_id}"] = user.UserId,
                ["{memory_id}"] = memory.Text("memory_id"),
                ["{attachment_id}"] = attachment.Text("attachment_id"),
                ["{sequence}"] = "2",
                ["{conversation_id}"] = $"conv_{session.Split('/')[^1]}",
                ["{item_id}"] = item.Text("id"),
                ["{branch_id}"] = "1",
                ["{name}"] = "rating",
                ["{webhook_id}"] = webhook,
                ["{delivery_id}"] = delivery.Text("delivery_id"),
                ["{new_id}"] = $"{Guid.NewGuid()}",
                ["{another_new_id}"] = $"{Guid.NewGuid()}",
            },
        };
    }

    /// <summary>Gives a name in braces another value for the requests that follow.</summary>
    public void Set(string name, string value) => _names[name] = value;

    public string Fill(string template) =>
        _names.Aggregate(template, (text, name) => text.Replace(name.Key, name.Value, StringComparison.Ordinal));
}
