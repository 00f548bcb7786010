using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using SessionService.Client;

namespace SessionService.ClientTests;

/// <summary>The code of the package's README. A test compares the two.</summary>
internal sealed class ReadmeProgram(TextWriter Console)
{
    public async Task RunAsync(string address)
    {
        var services = new ServiceCollection();
        services.AddSessionServiceClient(options =>
        {
            options.Address = new Uri(address);
            options.UserId = "ada";
        });
        await using var provider = services.BuildServiceProvider();
        var client = provider.GetRequiredService<SessionServiceClient>();

        var session = await client.Sessions.CreateAsync(new() { Title = "Holiday plans", Metadata = new() { ["app"] = "web" } });

        await client.Messages.AppendAsync(session.SessionId, new() { Role = MessageRole.User, Content = "Where can we swim in June?" });

        await client.Messages.AppendBatchAsync(session.SessionId, new()
        {
            Messages =
            [
                new() { Role = MessageRole.Assistant, Content = "Try the coast of Istria.", TokensUsed = 14, CostUsd = 0.0014m },
                new() { Role = MessageRole.User, Content = "We are vegetarians, by the way." },
            ],
        });

        await foreach (var message in client.Messages.ListAsync(session.SessionId, new() { After = 1 }))
        {
            Console.WriteLine($"{message.Sequence} {message.Role}: {message.Content}");
        }

        await foreach (var found in client.Search.SearchAsync("coast", new() { Role = MessageRole.Assistant }))
        {
            Console.WriteLine($"{found.Title}: {found.Hits[0].Snippet}");
        }

        var context = await client.Contexts.GetAsync(session.SessionId, new() { MaxTokens = 4000, Format = ContextFormat.Openai });

        await client.UserMemories.CreateAsync(new() { Content = "Eats no meat.", SessionId = session.SessionId, Sequence = 3 });
        var passages = await client.MemorySearch.SearchAsync(new() { Query = "What should I cook for her?", TopK = 3 });

        await client.Messages.AppendAsync(session.SessionId, new()
        {
            Role = MessageRole.User,
            Content = new JsonArray(
                new JsonObject { ["type"] = "text", ["text"] = "What does the sign say?" },
                new JsonObject { ["type"] = "image", ["url"] = "https://example.org/sign.png" }),
        });

        var answer = await client.Messages.OpenAsync(session.SessionId, new() { Role = MessageRole.Assistant });
        await answer.AddTextAsync("Look for the blue flag.");

        await foreach (var happened in client.Live.FollowSessionAsync(session.SessionId, after: "0"))
        {
            if (happened is DeltaEvent delta)
            {
                Console.WriteLine($"The answer goes on: {delta.Text}");
                break;
            }
        }

        var whole = await answer.CompleteAsync(new() { TokensUsed = 6 });

        var changed = await client.Sessions.PatchAsync(session.SessionId, new() { Title = null, Metadata = new JsonObject { ["app"] = "mobile" } });

        var grace = client.ForUser("grace");
        await grace.Sessions.CreateAsync();

        try
        {
            await client.Sessions.GetAsync(Guid.NewGuid());
        }
        catch (SessionServiceException exception) when (exception.Code == "session_not_found")
        {
            Console.WriteLine($"There is no such session (trace {exception.TraceId}).");
        }

        Assert.NotEmpty(context.Messages);
        Assert.NotEmpty(passages.Results);
        Assert.Null(changed.Title);
        Assert.Equal((MessageStatus.Completed, "Look for the blue flag.", 6), (whole.Status, whole.Content, whole.TokensUsed));
    }
}
