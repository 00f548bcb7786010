using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using SessionService.Client;

// One conversation: what the trimmer took away, or what would need code at run time, fails here.
var address = new Uri(args.Length == 1 ? args[0] : throw new ArgumentException("Give the service's address."));
await using var services = new ServiceCollection()
    .AddSessionServiceClient(options =>
    {
        options.Address = address;
        options.UserId = $"aot-{Guid.NewGuid()}";
    })
    .Services.BuildServiceProvider();
var client = services.GetRequiredService<SessionServiceClient>();

var session = await client.Sessions.CreateAsync(new() { Title = "Holiday plans", Metadata = new() { ["app"] = "aot" } });
await client.Messages.AppendAsync(session.SessionId, new() { Role = MessageRole.User, Content = "Where can we swim?", CostUsd = 0.1m });
await client.Messages.AppendBatchAsync(session.SessionId, new()
{
    Messages =
    [
        new()
        {
            Role = MessageRole.Assistant,
            Content = new JsonArray(new JsonObject { ["type"] = "text", ["text"] = "In Istria." }),
        },
    ],
    ExpectedSequence = 2,
});
await client.Sessions.PatchAsync(session.SessionId, new() { Title = null, Metadata = new JsonObject { ["app"] = null } });
await client.Feedback.WriteAsync(session.SessionId, 2, "rating", new() { Value = 4.5m });
await client.UserMemories.CreateAsync(new() { Content = "Likes to swim." });

var texts = new List<string>();
await foreach (var message in client.Messages.ListAsync(session.SessionId, new() { Include = MessageListInclusion.Feedback }))
{
    texts.Add(message.Content);
}

Check(texts is ["Where can we swim?", "In Istria."], "messages");
Check(await client.Sessions.GetAsync(session.SessionId) is { MessageCount: 2, TotalCost: 0.1m, Title: null, Metadata.Count: 0 }, "session");
Check((await client.MemorySearch.SearchAsync(new() { Query = "Who swims?" })).Results.Count > 0, "memory search");
Check((await client.Usage.GetAsync(new() { Bucket = UsageBucket.Day })).Totals.Messages == 2, "usage");
try
{
    await client.Sessions.GetAsync(Guid.NewGuid());
    Check(false, "refusal");
}
catch (SessionServiceException exception)
{
    Check(exception.Code == "session_not_found", "refusal");
}

await client.Erasure.EraseUserAsync();
Console.WriteLine("The client works without a just-in-time compiler.");

static void Check(bool isRight, string what)
{
    if (!isRight)
    {
        throw new InvalidOperationException($"Not as expected: {what}.");
    }
}
