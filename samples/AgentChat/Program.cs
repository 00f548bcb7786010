using AgentChat;
using Microsoft.Agents.AI;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using SessionService.AgentFramework;
using SessionService.Client;

var settings = ChatSettings.FromEnvironment();
var services = new ServiceCollection();
services.AddSessionServiceClient(options =>
{
    options.Address = settings.Service;
    options.UserId = settings.User;
});
services.AddSessionServiceHistory(
    history =>
    {
        history.MaxContextTokens = settings.MaxContextTokens;
        history.Prices["scripted"] = new ModelPrice(InputPerMillion: 0.25m, OutputPerMillion: 2m);
    },
    memories => memories.OfferAddTool = memories.OfferSearchTool = true);
await using var provider = services.BuildServiceProvider();

var options = new ChatClientAgentOptions
{
    Name = "guide",
    ChatOptions = new ChatOptions
    {
        Instructions = "You are a friendly guide. Remember what the user tells you about themselves.",
    },
};
var agent = new ChatClientAgent(settings.CreateModel().WithSessionUsage(), options.UseSessionService(provider));
var file = new SessionFile(settings.File);
var session = await file.LoadAsync(agent) ?? await agent.CreateSessionAsync();
Console.WriteLine("Talk to the agent. /new begins another conversation, /quit ends.");
while (Read() is { } line)
{
    if (line == "/new")
    {
        session = await agent.CreateSessionAsync();
        continue;
    }

    // With an id of its own, the message is stored once, even if the run has to be repeated.
    var message = new ChatMessage(ChatRole.User, line) { MessageId = Guid.NewGuid().ToString() };
    try
    {
        await foreach (var update in agent.RunStreamingAsync(message, session))
        {
            Console.Write(update.Text);
        }

        Console.WriteLine();
        await file.SaveAsync(agent, session);
    }
    catch (SessionServiceException failure)
    {
        Console.WriteLine($"The service did not answer: {failure.Message}");
    }
}

static string? Read()
{
    while (true)
    {
        Console.Write("> ");
        switch (Console.ReadLine()?.Trim())
        {
            case null or "/quit":
                return null;
            case { Length: > 0 } line:
                return line;
        }
    }
}
