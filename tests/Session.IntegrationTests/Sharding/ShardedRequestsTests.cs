using System.Globalization;
using SessionService.IntegrationTests.Databases;
using SessionService.IntegrationTests.Faults;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Sharding;

/// <summary>Every request on a sharded database.</summary>
public sealed class ShardedRequestsTests(ShardedFixture service) : IClassFixture<ShardedFixture>
{
    // What operators ask about everybody.
    private static readonly string[] OfEverybody =
    [
        "GET /api/v1/sessions/stats",
        "GET /api/v1/sessions/usage",
    ];

    private static readonly ServiceRequest[] Requests = [.. DeadConnectionTests.Requests];

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
        var request = Requests[index];
        var conversation = await Conversation.StartAsync(service);
        await request.PrepareAsync(conversation);
        var before = await CountStatementsOfSeveralShardsAsync();

        var answer = await request.SendAsync(conversation);

        Assert.True(answer.Status is >= 200 and <= 204, $"{name}: {answer.Status} {answer.Text}");
        var of = await CountStatementsOfSeveralShardsAsync() - before;
        Assert.True(OfEverybody.Contains(request.Operation) ? of > 0 : of == 0, $"{name}: {of} statements of several shards");
    }

    private async Task<long> CountStatementsOfSeveralShardsAsync()
    {
        await using var database = new TestDatabase(service.ConnectionString);
        var counted = await database.QueryAsync(
            "SELECT query_execution_multi_shard FROM citus_stat_counters WHERE name = current_database()");
        return long.Parse(counted.Single(), CultureInfo.InvariantCulture);
    }
}
