using SessionService.IntegrationTests.Databases;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Faults;

/// <summary>
/// The server reports with an error that it lost another server during a commit, as the coordinator of a sharded database does when a worker
/// dies. The worker may have committed.
/// </summary>
public sealed class LostNodeTests(ApiFixture service) : IClassFixture<ApiFixture>
{
    private static readonly string[] Tables =
        ["sessions", "session_messages", "session_memories", "user_memories", "message_feedback"];

    // An import repeats without a key, by the ids of what it holds.
    private const string KeylessWrite = "import";

    public static TheoryData<string> Writes => [.. InterruptedWrites.All.Keys];

    [Theory]
    [MemberData(nameof(Writes))]
    public async Task A_write_whose_commit_meets_a_lost_node_has_an_unknown_outcome(string write)
    {
        var conversation = await Conversation.StartAsync(service, messages: 2);
        conversation.Set("{n}", "1");
        conversation.Set("{longer}", new string('x', 2_000));
        conversation.Set("{guid}", $"{Guid.NewGuid()}");
        await using var database = new TestDatabase(service.ConnectionString);
        await LoseNodeAtCommitAsync(database, conversation.User.UserId);

        var key = write == KeylessWrite ? null : $"key of {write}";
        var lost = await InterruptedWrites.All[write].SendAsync(conversation, key);
        await FindNodeAsync(database);
        var repeated = await InterruptedWrites.All[write].SendAsync(conversation, key);

        lost.IsProblem(503, "outcome_unknown");
        Assert.InRange(repeated.Status, 200, 201);
    }

    private static async Task LoseNodeAtCommitAsync(TestDatabase database, string userId)
    {
        await database.ExecuteAsync(
            $"""
            CREATE OR REPLACE FUNCTION lose_node() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF NEW.user_id = '{userId}' THEN
                    RAISE EXCEPTION 'connection to the remote node failed' USING ERRCODE = '08006';
                END IF;
                RETURN NULL;
            END $$
            """);
        await OnEachTableAsync(database, table =>
            $"""
            CREATE CONSTRAINT TRIGGER lose_node AFTER INSERT OR UPDATE ON dev.{table}
            DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION lose_node()
            """);
    }

    private static Task FindNodeAsync(TestDatabase database) => OnEachTableAsync(database, table => $"DROP TRIGGER lose_node ON dev.{table}");

    // A transaction for each table: one that locks several tables may meet a job of the service in a deadlock.
    private static async Task OnEachTableAsync(TestDatabase database, Func<string, string> statementOf)
    {
        foreach (var table in Tables)
        {
            await database.ExecuteAsync(statementOf(table));
        }
    }
}
