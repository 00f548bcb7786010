using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using SessionService.Client;
using SessionService.ClientTests.Hosting;

namespace SessionService.ClientTests.Contract;

/// <summary>Holds the methods of the client against the operations of the OpenAPI document, both ways.</summary>
[Collection("service with keys")]
public sealed class OperationTests(ServiceWithKeys service)
{
    /// <summary>The older path of a list that the client has; a header does for the caller what <c>user_id</c> does.</summary>
    private const string OlderPath = "GET /api/v1/users/{user_id}/sessions";

    private static readonly Guid Id = Guid.Parse("a87a9d6e-4137-4d41-8ab8-a13c4abcc83e");

    private static readonly SessionQuery Sessions = new()
    {
        Text = "summer",
        Sort = SessionSort.LastActivity,
        Order = SortOrder.Asc,
        PageSize = 10,
        ActiveOnly = true,
        Status = [SessionStatus.Active, SessionStatus.Completed],
        Starred = true,
        CreatedAfter = DateTimeOffset.UnixEpoch,
        CreatedBefore = DateTimeOffset.UnixEpoch,
        ActiveAfter = DateTimeOffset.UnixEpoch,
        ActiveBefore = DateTimeOffset.UnixEpoch,
        Metadata = [new("app", "web")],
        Consistency = Consistency.Strong,
    };

    private static readonly MessageQuery Messages = new()
    {
        After = 1,
        Before = 9,
        Limit = 5,
        Order = SortOrder.Asc,
        Role = MessageRole.Tool,
        MessageType = "chat",
        Metadata = [new("app", "web")],
        Branch = "all",
        Include = MessageListInclusion.FeedbackAndInProgress,
        Attachments = AttachmentForm.Inline,
        Consistency = Consistency.Strong,
    };

    private static readonly FeedbackQuery Feedback = new()
    {
        SessionId = Id,
        Name = "rating",
        Source = FeedbackSource.User,
        From = DateTimeOffset.UnixEpoch,
        To = DateTimeOffset.UnixEpoch,
        PageSize = 10,
        Consistency = Consistency.Strong,
    };

    private static readonly UsageQuery Usage = new()
    {
        From = "2025-01-01",
        To = "2025-02-01",
        Bucket = UsageBucket.Day,
        GroupBy = UsageGrouping.MessageType,
        TimeZone = "Europe/Vienna",
        Consistency = Consistency.Strong,
    };

    /// <summary>Every method, with everything that it takes.</summary>
    private static readonly Func<SessionServiceClient, Task>[] Calls =
    [
        client => client.Sessions.CreateAsync(new()),
        client => client.Sessions.GetAsync(Id, Consistency.Strong),
        client => client.Sessions.GetIfChangedAsync(Id, "\"1\"", Consistency.Strong),
        client => client.Sessions.GetSummaryAsync(Id, Consistency.Strong),
        client => client.Sessions.ListPageAsync(Sessions, page: 1, cursor: "c"),
        client => client.Sessions.ListStarredPageAsync(Sessions, page: 1, cursor: "c"),
        client => client.Sessions.UpdateAsync(Id, new(), "\"1\""),
        client => client.Sessions.PatchAsync(Id, new(), "\"1\""),
        client => client.Sessions.EndAsync(Id, "\"1\""),
        client => client.Sessions.StarAsync(Id, "\"1\""),
        client => client.Sessions.UnstarAsync(Id, "\"1\""),
        client => client.Sessions.ArchiveAsync(Id),
        client => client.Sessions.RestoreAsync(Id),
        client => client.Sessions.ForkAsync(Id),
        client => client.Sessions.CopyAsync(Id, new() { UserId = "henry" }),
        client => client.Messages.AppendAsync(Id, new() { Role = MessageRole.User }),
        client => client.Messages.AppendBatchAsync(Id, new() { Messages = [] }),
        client => client.Messages.GetAsync(Id, 1, MessageInclusion.Feedback, AttachmentForm.Inline, Consistency.Strong),
        client => client.Messages.ListByPositionAsync(Id, Messages),
        client => client.Messages.ListPageAsync(Id, Messages, page: 1, pageSize: 10),
        client => client.Messages.RedactAsync(Id, 1, MessageDeletion.Remove),
        client => client.Messages.OpenAsync(Id, new() { Role = MessageRole.Assistant }),
        client => client.Messages.AddDeltaAsync(Id, 1, new() { Index = 0, Text = "x" }),
        client => client.Messages.AddDeltasAsync(Id, 1, Deltas()),
        client => client.Messages.CompleteAsync(Id, 1),
        client => client.Live.FollowSessionAsync(Id, "0").FirstAsync(),
        client => client.Live.FollowUserAsync("id").FirstAsync(),
        client => client.Live.StreamAnswerAsync(Id),
        client => client.Contexts.GetAsync(Id, new()
        {
            MaxTokens = 100,
            Format = ContextFormat.OpenaiResponses,
            Keep = Keep.System,
            Reasoning = ContextReasoning.Include,
            Attachments = AttachmentForm.Inline,
            Branch = "1",
            Consistency = Consistency.Strong,
        }),
        client => client.Memories.WriteAsync(Id, new() { Content = "x" }),
        client => client.Memories.GetAsync(Id, Consistency.Strong),
        client => client.UserMemories.CreateAsync(new() { Content = "x" }),
        client => client.UserMemories.CreateBatchAsync(new() { Memories = [] }),
        client => client.UserMemories.GetAsync(Id, Consistency.Strong),
        client => client.UserMemories.ListPageAsync(
            new()
            {
                MemoryType = "fact",
                SessionId = Id,
                Metadata = new() { ["app"] = "web" },
                CreatedAfter = DateTimeOffset.UnixEpoch,
                CreatedBefore = DateTimeOffset.UnixEpoch,
                Valid = true,
                PageSize = 10,
                Consistency = Consistency.Strong,
            },
            page: 1,
            cursor: "c"),
        client => client.UserMemories.ListVersionsPageAsync(Id, 1, 10, Consistency.Strong),
        client => client.UserMemories.ReplaceAsync(Id, new() { Content = "x" }, "\"1\""),
        client => client.UserMemories.PatchAsync(Id, new(), "\"1\""),
        client => client.UserMemories.DeleteAsync(Id, "\"1\""),
        client => client.MemorySearch.SearchAsync(new() { Query = "x" }),
        client => client.MemorySearch.SearchSessionAsync(Id, new() { Query = "x" }),
        client => client.Branches.RewindAsync(Id, new() { ToSequence = 1 }, "\"1\""),
        client => client.Branches.ListAsync(Id, Consistency.Strong),
        client => client.Branches.ActivateAsync(Id, 1, "\"1\""),
        client => client.Branches.RenameAsync(Id, 1, new()),
        client => client.Feedback.WriteAsync(Id, 1, "rating", new() { Value = 1 }, "\"1\""),
        client => client.Feedback.GetAsync(Id, 1, "rating", Consistency.Strong),
        client => client.Feedback.ListOfMessageAsync(Id, 1, Consistency.Strong),
        client => client.Feedback.DeleteAsync(Id, 1, "rating", "\"1\""),
        client => client.Feedback.ListPageAsync(Feedback, page: 1, cursor: "c"),
        client => client.Feedback.ExportAsync(Feedback),
        client => client.Attachments.UploadAsync(new MemoryStream([1]), "image/png", "a.png"),
        client => client.Attachments.DownloadAsync(Id),
        client => client.Search.SearchPageAsync(
            "x",
            new()
            {
                SessionId = Id,
                Branch = "all",
                In = SearchPlace.Tools,
                Role = MessageRole.User,
                MessageType = "chat",
                From = DateTimeOffset.UnixEpoch,
                To = DateTimeOffset.UnixEpoch,
                Limit = 10,
                HitsPerSession = 5,
                ActiveOnly = true,
                Status = [SessionStatus.Ended],
                Starred = true,
                CreatedAfter = DateTimeOffset.UnixEpoch,
                CreatedBefore = DateTimeOffset.UnixEpoch,
                ActiveAfter = DateTimeOffset.UnixEpoch,
                ActiveBefore = DateTimeOffset.UnixEpoch,
                Metadata = [new("app")],
            },
            "c"),
        client => client.Usage.GetAsync(Usage),
        client => client.Usage.GetOfAllUsersAsync(Usage),
        client => client.Usage.GetStatisticsAsync(Consistency.Strong),
        client => client.Transfers.ExportSessionAsync(Id, ExportFormat.Jsonl, "1"),
        client => client.Transfers.ExportUserAsync(),
        client => client.Transfers.ImportAsync(
            new MemoryStream([1]), new() { OnError = ImportErrorHandling.Skip, Ids = ImportIds.New, DryRun = true }),
        client => client.Erasure.CountSessionAsync(Id),
        client => client.Erasure.EraseSessionAsync(Id, "\"1\""),
        client => client.Erasure.CountUserAsync(),
        client => client.Erasure.EraseUserAsync(),
        client => client.Webhooks.CreateAsync(new() { Url = "https://hooks.example.com" }),
        client => client.Webhooks.ListAsync(),
        client => client.Webhooks.GetAsync(Id),
        client => client.Webhooks.PatchAsync(Id, new()),
        client => client.Webhooks.DeleteAsync(Id),
        client => client.Webhooks.RotateSecretAsync(Id),
        client => client.Webhooks.TestAsync(Id),
        client => client.Webhooks.ListDeliveriesPageAsync(Id, WebhookDeliveryStatus.Dead, 1, 10),
        client => client.Webhooks.ReplayAsync(Id, Id),
        client => client.Keys.CreateAsync(new()),
        client => client.Keys.GetAsync(Id),
        client => client.Keys.ListPageAsync("ada", 1, 10),
        client => client.Keys.RevokeAsync(Id),
    ];

    [Fact]
    public async Task Every_operation_has_a_method_that_takes_everything_the_operation_takes()
    {
        var document = await service.GetDocumentAsync();
        var expected = OperationsOf(document);
        var actual = new SortedDictionary<string, SortedSet<string>>(StringComparer.Ordinal);
        foreach (var call in Calls)
        {
            var stub = new StubService();
            await call(stub.Client());
            var request = Assert.Single(stub.Requests);
            var operation = expected.Keys.Single(name => Matches(name, request));
            if (!actual.TryGetValue(operation, out var parameters))
            {
                actual.Add(operation, parameters = new(StringComparer.OrdinalIgnoreCase));
            }

            parameters.UnionWith(request.Address.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries)
                .Select(pair => Regex.Replace(pair.Split('=')[0], "^metadata[.].*", "metadata", RegexOptions.None, TimeSpan.FromMinutes(1))));
            parameters.UnionWith(request.Headers.Keys.Intersect(["Idempotency-Key", "If-Match", "If-None-Match"], StringComparer.OrdinalIgnoreCase));
        }

        Assert.Equal(
            expected.Select(operation => $"{operation.Key}: {string.Join(' ', operation.Value)}"),
            actual.Select(operation => $"{operation.Key}: {string.Join(' ', operation.Value)}"));
    }

    [Fact]
    public void Every_method_is_among_the_calls()
    {
        var features = typeof(SessionServiceClient).GetProperties().Where(property => property.PropertyType != typeof(string));
        var methods = features.SelectMany(feature => feature.PropertyType.GetMethods()
            .Where(method => method.DeclaringType == feature.PropertyType
                && (method.ReturnType.IsAssignableTo(typeof(Task)) || method.ReturnType == typeof(IAsyncEnumerable<LiveEvent>)))
            .Select(method => $"{feature.Name}.{method.Name}")).Distinct().Count();

        Assert.Equal(methods, Calls.Length);
    }

    private static async IAsyncEnumerable<AddDeltaRequest> Deltas()
    {
        await Task.CompletedTask;
        yield return new() { Index = 0, Text = "x" };
    }

    private static bool Matches(string operation, StubRequest request)
    {
        var (method, path) = operation.Split(' ') is [var verb, var template] ? (verb, template) : throw new FormatException(operation);
        var segments = path.Split('/');
        var actual = request.Address.AbsolutePath.Split('/');
        return request.Method.Method == method && segments.Length == actual.Length
            && segments.Zip(actual).All(pair => pair.First == pair.Second
                || (pair.First.StartsWith('{') && pair.Second is not ("search" or "usage" or "stats" or "starred" or "import")));
    }

    /// <summary>The parameters of each operation that the client has, without those that name the caller or resume a download or a stream.</summary>
    private static SortedDictionary<string, SortedSet<string>> OperationsOf(JsonObject document)
    {
        var operations = new SortedDictionary<string, SortedSet<string>>(StringComparer.Ordinal);
        foreach (var (path, item) in document["paths"]!.AsObject())
        {
            foreach (var (method, operation) in item!.AsObject())
            {
                var name = $"{method.ToUpperInvariant()} {path}";
                if (path.StartsWith("/v1/", StringComparison.Ordinal) || path.Contains("/health", StringComparison.Ordinal) || name == OlderPath)
                {
                    continue;
                }

                var parameters = operation!["parameters"]?.AsArray().Select(parameter => parameter!.AsObject()) ?? [];
                operations.Add(name, new(
                    parameters
                        .Where(parameter => parameter["in"]!.GetValue<string>() != "path")
                        .Select(parameter => parameter["name"]!.GetValue<string>())
                        .Where(parameter => parameter != "user_id" || path.EndsWith("/keys", StringComparison.Ordinal))
                        .Where(parameter => parameter != "Last-Event-ID")
                        .Where(parameter => !path.Contains("/attachments/", StringComparison.Ordinal)),
                    StringComparer.OrdinalIgnoreCase));
            }
        }

        return operations;
    }
}
