using System.Text.Json.Nodes;
using Microsoft.Agents.AI;
using Microsoft.Extensions.AI;
using SessionService.AgentFramework;
using SessionService.AgentFrameworkTests.Hosting;
using SessionService.Client;
using SessionService.ClientTests.Hosting;

namespace SessionService.AgentFrameworkTests.Messages;

[Collection(ServiceTests.Name)]
public sealed class MappingTests(ServiceProcess service)
{
    [Fact]
    public void The_samples_have_contents_of_every_type_that_the_framework_writes()
    {
        var types = AgentAbstractionsJsonUtilities.DefaultOptions.GetTypeInfo(typeof(AIContent)).PolymorphismOptions!.DerivedTypes;

        // The framework itself can neither make nor read requests and responses that are no approvals.
        Assert.Equal(
            types.Select(type => type.DerivedType.Name).Except([nameof(InputRequestContent), nameof(InputResponseContent)]).Order(StringComparer.Ordinal),
            ContentSamples.All.Select(content => content.GetType().Name).Distinct().Where(name => name != nameof(AIContent)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Contents_of_every_type_come_back_as_the_same_json()
    {
        var client = service.Client();
        var history = new SessionChatHistoryProvider(client);
        var agent = Agents.Of(ScriptedChatClient.Counting(), history);
        var session = await agent.CreateSessionAsync();
        List<ChatMessage> messages = [.. ContentSamples.All.Select(content => new ChatMessage(ChatRole.User, [content])), new(ChatRole.User, [.. ContentSamples.All])];
        var sent = messages.Select(message => message.Json()).ToList();

        await history.InvokedAsync(new(agent, session, messages, []));

        var read = await ReadAsync(client, history, session);
        Assert.Equal(sent, read.Select(message => message.Json()));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Random_messages_come_back_as_the_same_json(int seed)
    {
        var client = service.Client();
        var history = new SessionChatHistoryProvider(client);
        var agent = Agents.Of(ScriptedChatClient.Counting(), history);
        var session = await agent.CreateSessionAsync();
        var random = new RandomMessages(seed);
        var messages = Enumerable.Range(0, 150).Select(_ => random.Next()).ToList();
        var sent = messages.Select(message => message.Json()).ToList();

        await history.InvokedAsync(new(agent, session, messages, []));

        var read = await ReadAsync(client, history, session);
        Assert.Equal(sent.Count, read.Count);
        for (var i = 0; i < sent.Count; i++)
        {
            Assert.Equal(sent[i], read[i].Json());
        }
    }

    [Fact]
    public async Task A_text_is_an_ordinary_message_for_every_other_client()
    {
        var client = service.Client();
        var session = await client.Sessions.CreateAsync();
        var at = DateTimeOffset.UtcNow.AddDays(-1);

        var message = await client.Messages.AppendAsync(
            session.SessionId, new ChatMessage(ChatRole.User, "Where can we swim?") { AuthorName = "Ada", CreatedAt = at }.ToSessionMessage());

        Assert.Equal(("user", "Where can we swim?", "Ada", null), (message.Role, message.Content, message.Name, message.Parts));
        Assert.Equal(at, message.CreatedAt, TimeSpan.FromMilliseconds(1));
    }

    [Fact]
    public async Task Calls_and_results_are_known_to_the_service()
    {
        var client = service.Client();
        var session = await client.Sessions.CreateAsync();
        ChatMessage[] messages =
        [
            new(ChatRole.Assistant, [new TextContent("Let me look."), new FunctionCallContent("c1", "find_beach", new Dictionary<string, object?> { ["near"] = "Pula" })]),
            new(ChatRole.Tool, [new FunctionResultContent("c1", "Ambrela")]),
        ];

        var stored = await client.Messages.AppendBatchAsync(
            session.SessionId, new CreateMessageBatchRequest { Messages = [.. messages.Select(message => message.ToSessionMessage())] });

        Assert.Equal(["tool_call", "tool_result"], stored.Messages.Select(message => message.MessageType));
        Assert.Equal(["Let me look.", "Ambrela"], stored.Messages.Select(message => message.Content));
    }

    [Fact]
    public async Task Contents_of_unknown_types_stay_as_they_are()
    {
        var client = service.Client();
        var session = await client.Sessions.CreateAsync();
        const string Part = """{"$type":"hologram","depth":1.50,"of":{"b":1,"a":[2]}}""";
        var first = await client.Messages.AppendAsync(
            session.SessionId, new CreateMessageRequest { Role = MessageRole.User, Content = new JsonArray(JsonNode.Parse(Part)) });

        var again = await client.Messages.AppendAsync(session.SessionId, first.ToChatMessage().ToSessionMessage());

        Assert.Equal(Part, first.Parts![0]!.ToJsonString());
        Assert.Equal(Part, again.Parts![0]!.ToJsonString());
    }

    [Fact]
    public void A_type_of_ones_own_that_is_not_registered_keeps_what_it_holds()
    {
        var parts = new ChatMessage(ChatRole.Assistant, [new Mood { Level = 3 }, new OwnCall("c1") { Extra = 1 }]).ToSessionMessage().Content!.AsArray();

        Assert.Equal(3, parts[0]!["level"]!.GetValue<int>());
        Assert.Equal(("functionCall", "c1"), (parts[1]!["$type"]!.GetValue<string>(), parts[1]!["callId"]!.GetValue<string>()));
    }

    [Fact]
    public async Task Parts_of_other_clients_are_read_as_the_contents_that_mean_the_same()
    {
        var client = service.Client();
        var session = await client.Sessions.CreateAsync();
        var image = Convert.ToBase64String(Enumerable.Range(0, 6_000).Select(i => (byte)i).ToArray());
        var stored = await client.Messages.AppendAsync(session.SessionId, new CreateMessageRequest
        {
            Role = MessageRole.Assistant,
            Metadata = new JsonObject { ["source"] = "web" },
            Content = JsonNode.Parse(
                $$$"""
                [{"type": "text", "text": "Hello"}, {"type": "reasoning", "text": "Hm.", "encrypted": "x"},
                 {"type": "tool_call", "id": "c1", "name": "read", "arguments": {"n": 1.50}},
                 {"type": "function", "id": "c2", "function": {"name": "write", "arguments": "{\"a\": null}"}},
                 {"type": "tool_use", "id": "c3", "name": "go", "input": {}},
                 {"type": "tool_result", "tool_call_id": "c1", "content": "done"},
                 {"type": "function_call_output", "call_id": "c2", "output": "ok"},
                 {"type": "image", "url": "https://example.org/a.png", "media_type": "image/png"},
                 {"type": "image", "data": "{{{image}}}", "media_type": "image/png"},
                 {"type": "image_url", "image_url": {"url": "https://example.org/b.png"} },
                 {"type": "refusal", "refusal": "No."}, {"type": "hologram", "x": 1}]
                """),
        });

        var message = (await client.Messages.GetAsync(session.SessionId, stored.Sequence, attachments: AttachmentForm.Inline)).ToChatMessage();

        Assert.Equal((ChatRole.Assistant, stored.MessageId.ToString()), (message.Role, message.MessageId));
        Assert.Equal(stored.CreatedAt, message.CreatedAt);
        Assert.Equal("web", message.AdditionalProperties!["source"]!.ToString());
        Assert.Equal("Hello", Assert.IsType<TextContent>(message.Contents[0]).Text);
        Assert.Equal("x", Assert.IsType<TextReasoningContent>(message.Contents[1]).ProtectedData);
        Assert.Equal("1.50", Assert.IsType<FunctionCallContent>(message.Contents[2]).Arguments!["n"]!.ToString());
        Assert.Equal("write", Assert.IsType<FunctionCallContent>(message.Contents[3]).Name);
        Assert.Equal("go", Assert.IsType<FunctionCallContent>(message.Contents[4]).Name);
        Assert.Equal("done", Assert.IsType<FunctionResultContent>(message.Contents[5]).Result);
        Assert.Equal("c2", Assert.IsType<FunctionResultContent>(message.Contents[6]).CallId);
        Assert.Equal("image/png", Assert.IsType<UriContent>(message.Contents[7]).MediaType);
        Assert.Equal(6_000, Assert.IsType<DataContent>(message.Contents[8]).Data.Length);
        Assert.Equal("https://example.org/b.png", Assert.IsType<UriContent>(message.Contents[9]).Uri.ToString());
        Assert.Equal("Refusal", Assert.IsType<ErrorContent>(message.Contents[10]).ErrorCode);
        Assert.Equal(typeof(AIContent), message.Contents[11].GetType());
    }

    private static async Task<List<ChatMessage>> ReadAsync(SessionServiceClient client, SessionChatHistoryProvider history, AgentSession session)
    {
        var query = new MessageQuery { Attachments = AttachmentForm.Inline };
        var stored = await client.Messages.ListAsync(history.GetState(session).SessionId, query).ToListAsync();
        return [.. stored.Select(message => message.ToChatMessage())];
    }

    private sealed class Mood : AIContent
    {
        public int Level { get; init; }
    }

    private sealed class OwnCall(string callId) : FunctionCallContent(callId, "own")
    {
        public int Extra { get; init; }
    }
}
