using SessionService.IntegrationTests.Databases;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Writes;

/// <summary>Several instances on one database, in every way that writes are made.</summary>
public sealed class InstancesTests
{
    private const int Sessions = 6;
    private const int Rounds = 25;

    [Fact]
    public async Task Instances_that_write_to_the_same_sessions_agree()
    {
        await using var database = await TestDatabase.CloneTemplateAsync();
        InstanceFixture[] instances =
        [
            new(database.ConnectionString),
            new(database.ConnectionString, new("Writes:MaxGroup", "3"), new("Writes:Writers", "4")),
            new(database.ConnectionString, new KeyValuePair<string, string>("Writes:Coalesce", "false")),
            new(database.ConnectionString, new KeyValuePair<string, string>("Writes:OneUserAStatement", "true")),
        ];
        try
        {
            foreach (var instance in instances)
            {
                await instance.InitializeAsync();
            }

            var users = Enumerable.Range(0, Sessions).Select(i => $"user-{i % 2}").ToList();
            var sessions = await Task.WhenAll(users.Select(user => instances[0].As(user).StartSessionAsync()));

            // Each sends the same messages under the same keys, to the sessions in another order.
            var answers = await Task.WhenAll(instances.SelectMany((instance, i) => Enumerable.Range(0, Rounds).Select(async round =>
            {
                var statuses = new List<int>();
                foreach (var s in Enumerable.Range(0, Sessions).OrderBy(s => (s + i) * (i % 2 == 0 ? 1 : -1)))
                {
                    var client = instance.As(users[s]);
                    statuses.Add(await StatusAsync(() => client.PostAsync($"{sessions[s]}/messages", Message, $"{s}-{round}")));
                    statuses.Add(await StatusAsync(() => client.PostAsync($"{sessions[s]}/messages", Message)));
                    statuses.Add(await StatusAsync(() =>
                        client.PostAsync($"{sessions[s]}/messages/batch", $$"""{"messages":[{{Message}},{{Message}}]}""", $"batch-{s}-{round}")));
                }

                return statuses;
            })));

            const int Each = Rounds * (1 + 2 + 4);
            Assert.All(answers.SelectMany(statuses => statuses), status => Assert.Equal(201, status));
            for (var s = 0; s < Sessions; s++)
            {
                var read = (await instances[s % instances.Length].As(users[s]).GetAsync(sessions[s])).Is(200);
                Assert.Equal(Each, read.Number("message_count"));
                Assert.Equal(Each, read.Number("total_tokens"));
            }

            Assert.Equal([$"{Each * Sessions}"], await database.QueryAsync("SELECT count(DISTINCT (session_id, sequence)) FROM dev.session_messages"));
            Assert.Equal(
                [$"({Sessions},{Each * Sessions},{Each * Sessions})"],
                await database.QueryAsync("SELECT (sum(total_sessions), sum(total_messages), sum(total_tokens)) FROM dev.session_statistics"));
            Assert.Equal(["0"], await database.QueryAsync("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"));
        }
        finally
        {
            foreach (var instance in instances)
            {
                await instance.DisposeAsync();
            }
        }
    }

    // Many wait for the same sessions. A write that has waited for a second is refused, and nothing of it is made.
    private static async Task<int> StatusAsync(Func<Task<Answer>> send) =>
        (await Eventually.GetAsync(send, answer => answer.Status != 503 || answer.Code() == "outcome_unknown")).Status;

    private const string Message = """{"role":"user","content":"Hello","tokens_used":1}""";
}
