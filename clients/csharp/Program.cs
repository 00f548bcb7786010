using Microsoft.Kiota.Abstractions.Authentication;
using Microsoft.Kiota.Http.HttpClientLibrary;
using SessionClients;

// One conversation through each generated client: a fault of the document becomes a wrong request or a wrong answer.
var address = new Uri(args.Length == 1 ? args[0] : throw new ArgumentException("Give the service's address."));
await TalkThroughNSwagAsync();
await TalkThroughKiotaAsync();
Console.WriteLine("The C# clients work.");

async Task TalkThroughNSwagAsync()
{
    using var http = new HttpClient { BaseAddress = address };
    http.DefaultRequestHeaders.Add("X-User-Id", $"nswag-{Guid.NewGuid()}");
    var client = new SessionClients.NSwag.SessionClient(http);
    var wanted = await client.CreateSessionAsync(new() { Title = "NSwag", Metadata = new Dictionary<string, object> { ["app"] = "cs" } });
    await client.CreateSessionAsync(new() { Metadata = new Dictionary<string, object> { ["app"] = "other" } });
    var message = await client.AppendMessageAsync(
        wanted.Session_id, new() { Role = SessionClients.NSwag.MessageRole.User, Content = "Hello", Tokens_used = 10 });
    Check.Equal(1, message.Sequence);

    var found = await client.ListSessionsAsync(
        metadata: new Dictionary<string, string> { ["metadata.app"] = "cs" }, status: [SessionClients.NSwag.SessionStatus.Active]);
    Check.Equal(wanted.Session_id, Check.Single(found.Sessions).Session_id);

    using var export = await client.ExportSessionAsync(wanted.Session_id, SessionClients.NSwag.ExportFormat.Markdown);
    Check.Contains("Hello", await new StreamReader(export.Stream).ReadToEndAsync());

    var refusal = await Check.ThrowsAsync<SessionClients.NSwag.ApiException<SessionClients.NSwag.Problem>>(
        () => client.GetSessionAsync(Guid.NewGuid()));
    Check.Equal("session_not_found", refusal.Result.Code);
}

async Task TalkThroughKiotaAsync()
{
    using var http = KiotaClientFactory.Create();
    http.DefaultRequestHeaders.Add("X-User-Id", $"kiota-{Guid.NewGuid()}");
    var adapter = new HttpClientRequestAdapter(new AnonymousAuthenticationProvider(), httpClient: http)
    {
        BaseUrl = address.ToString().TrimEnd('/'),
    };
    var client = new SessionClients.Kiota.SessionClient(adapter);
    var session = await client.Api.V1.Sessions.PostAsync(new()
    {
        Title = "Kiota",
        Metadata = new() { AdditionalData = new Dictionary<string, object> { ["app"] = "kiota" } },
    });
    var message = await client.Api.V1.Sessions[session.SessionId.Value].Messages.PostAsync(
        new() { Role = SessionClients.Kiota.Models.MessageRole.User, Content = new() { String = "Hello" } });
    Check.Equal(1, message.Sequence.Value);
    Check.Equal("kiota", session.Metadata.AdditionalData["app"]);

    // Kiota knows no object in a query; the template of the URL takes a dictionary all the same.
    await client.Api.V1.Sessions.PostAsync(new());
    var list = client.Api.V1.Sessions.ToGetRequestInformation();
    list.QueryParameters["metadata"] = new Dictionary<string, string> { ["metadata.app"] = "kiota" };
    var found = await adapter.SendAsync(list, SessionClients.Kiota.Models.SessionListResponse.CreateFromDiscriminatorValue);
    Check.Equal(session.SessionId, Check.Single(found.Sessions).SessionId);

    var refusal = await Check.ThrowsAsync<SessionClients.Kiota.Models.Problem>(() => client.Api.V1.Sessions[Guid.NewGuid()].GetAsync());
    Check.Equal("There is no such session.", refusal.Message);
}
