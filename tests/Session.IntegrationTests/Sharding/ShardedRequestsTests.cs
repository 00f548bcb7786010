using SessionService.IntegrationTests.Faults;

namespace SessionService.IntegrationTests.Sharding;

/// <summary>Every request on a sharded database.</summary>
public sealed class ShardedRequestsTests(ShardedFixture service) : IClassFixture<ShardedFixture>
{
    // The background looks at all users now and then. What a request sends itself is there at each attempt.
    private const int Attempts = 10;

    // What operators ask about everybody.
    private static readonly string[] OfEverybody =
    [
        "GET /api/v1/sessions/stats",
        "GET /api/v1/sessions/usage",
    ];

    private static readonly ServiceRequest[] Requests =
        [.. DeadConnectionTests.Requests.Where(request => !request.Operation.Contains("/webhooks", StringComparison.Ordinal))];

    public static TheoryData<int, string> All
    {
        get
        {
            var all = new TheoryData<int, string>();
            for (var i = 0; i < Requests.Length; i++)
            {
                all.Add(i, Requests[i].Operation + Requests[i].Query);
            }

            return all;
        }
    }

    [CitusTheory]
    [MemberData(nameof(All))]
    public async Task A_request_is_answered_and_every_statement_of_it_goes_to_one_shard(int index, string name)
    {
        long least = long.MaxValue;
        for (var attempt = 1; least > 0 && attempt <= Attempts; attempt++)
        {
            least = Math.Min(least, await SendAsync(Requests[index], name));
        }

        var isOfEverybody = OfEverybody.Contains(Requests[index].Operation);
        Assert.True(least > 0 == isOfEverybody, $"{name}: {least} statements of several shards.");
    }

    [CitusFact]
    public async Task There_are_no_webhooks()
    {
        var answer = await service.AsNewUser().PostAsync("/api/v1/webhooks", """{"url":"https://hooks.invalid"}""");

        answer.IsProblem(403, "webhooks_not_on_shards");
    }

    /// <summary>Sends a request about a conversation of its own, and counts the statements of several shards meanwhile.</summary>
    private async Task<long> SendAsync(ServiceRequest request, string name)
    {
        var conversation = await Conversation.StartAsync(service, hasWebhook: false);
        await request.PrepareAsync(conversation);
        var before = await CitusCluster.CountStatementsOfSeveralShardsAsync(service.ConnectionString);
        var answer = await request.SendAsync(conversation);
        Assert.True(answer.Status is >= 200 and <= 204, $"{name}: {answer.Status} {answer.Text}");
        return await CitusCluster.CountStatementsOfSeveralShardsAsync(service.ConnectionString) - before;
    }
}
