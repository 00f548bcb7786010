using System.ClientModel;
using System.Text.Json;
using Microsoft.Agents.AI;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using OpenAI;
using SessionService.AgentFramework;

var services = new ServiceCollection();
services.AddSessionServiceClient(options =>
{
    options.Address = new Uri(Setting("SESSION_SERVICE", "http://localhost:8205"));
    options.UserId = "ada";
});
services.AddSessionServiceHistory();
await using var provider = services.BuildServiceProvider();

// Any model with an IChatClient will do.
var model = new OpenAIClient(
        new ApiKeyCredential(Setting("OPENAI_API_KEY", "none")),
        new OpenAIClientOptions { Endpoint = new Uri(Setting("OPENAI_BASE_URL", "https://api.openai.com/v1")) })
    .GetChatClient(Setting("OPENAI_MODEL", "gpt-5-mini"))
    .AsIChatClient();
var agent = new ChatClientAgent(
    model.WithSessionUsage(),
    new ChatClientAgentOptions { Name = "guide" }.UseSessionService(provider));

// The agent session is a few bytes: it knows which session of the service it is.
const string File = "session.json";
var session = System.IO.File.Exists(File)
    ? await agent.DeserializeSessionAsync(JsonElement.Parse(await System.IO.File.ReadAllTextAsync(File)))
    : await agent.CreateSessionAsync();

Console.WriteLine(await agent.RunAsync(string.Join(' ', args), session));
await System.IO.File.WriteAllTextAsync(File, (await agent.SerializeSessionAsync(session)).GetRawText());

static string Setting(string name, string otherwise) => Environment.GetEnvironmentVariable(name) ?? otherwise;
