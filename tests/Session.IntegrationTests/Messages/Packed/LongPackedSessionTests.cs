using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using SessionService.Infrastructure.Messages.Packed;
using SessionService.IntegrationTests.Databases;
using SessionService.IntegrationTests.Digests;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Messages.Packed;

/// <summary>With the settings that are the default.</summary>
public sealed class LongSessionFixture : ApiFixture
{
    protected override IEnumerable<KeyValuePair<string, string>> Settings => [.. DigestByHand.Settings, new("Packing:Enabled", "false")];
}

public sealed class LongPackedSessionTests(LongSessionFixture service) : IClassFixture<LongSessionFixture>
{
    private const int Count = 100_000;

    [Fact]
    public async Task A_long_conversation_takes_a_sixth_of_its_room_and_reads_as_before()
    {
        var user = service.As("user_100000");
        var session = await new Conversation(seed: 100_000).LoadAsync(service, user, Count, time => Guid.CreateVersion7(new DateTimeOffset(time)));
        await using var database = new TestDatabase(service.ConnectionString);
        var bytes = await BytesAsync(database);
        var before = await ReadAsync(user, session);

        await PackEverythingAsync(database);

        Assert.Equal(["(0,100000)"], await database.QueryAsync(
            "SELECT ((SELECT count(*) FROM dev.session_messages), (SELECT packed_messages FROM dev.sessions))"));
        Assert.Equal(before, await ReadAsync(user, session));
        Assert.InRange(await LeastBytesAsync(database, enough: bytes / 6) / (double)bytes, 0, 1 / 6d);
    }

    // What is dead stays for as long as somebody reads as of before, as work in the background does now and then.
    private static async Task<long> LeastBytesAsync(TestDatabase database, long enough)
    {
        const int Attempts = 30;
        var least = await BytesAsync(database);
        for (var attempt = 1; attempt < Attempts && least > enough; attempt++)
        {
            least = await BytesAsync(database);
        }

        return least;
    }

    private async Task PackEverythingAsync(TestDatabase database)
    {
        // What the digest would do; the job's clock stands still until it is told to go on.
        await database.ExecuteAsync("UPDATE dev.sessions SET status = 'archived', archived_at = now(), is_digested = true, digested_messages = message_count");
        var clock = new FakeTimeProvider();
        var options = Options.Create(new PackingOptions { Share = 1 });
        using var job = new PackingJob(
            service.Services.GetRequiredService<Packer>(), options, service.Services.GetRequiredService<PackingMetrics>(), clock, NullLogger<PackingJob>.Instance);
        await job.StartAsync(CancellationToken.None);
        while ((await database.QueryAsync("SELECT 1 FROM dev.sessions WHERE packed_messages < message_count")).Length > 0)
        {
            clock.Advance(TimeSpan.FromMinutes(1));
        }

        await job.StopAsync(CancellationToken.None);
    }

    // Tables, indexes and TOAST, without what is dead.
    private static async Task<long> BytesAsync(TestDatabase database)
    {
        await database.ExecuteAsync("VACUUM FULL dev.session_messages");
        await database.ExecuteAsync("VACUUM FULL dev.message_segments");
        return long.Parse(
            Assert.Single(await database.QueryAsync("SELECT pg_total_relation_size('dev.session_messages') + pg_total_relation_size('dev.message_segments')")),
            CultureInfo.InvariantCulture);
    }

    private static async Task<string[]> ReadAsync(ApiClient user, string session)
    {
        var answers = new List<string>();
        foreach (var query in new[]
        {
            "page=1", "page=500&page_size=200", "page=333&page_size=150", "order=desc", "after=1020&limit=1000", "after=50000&limit=1000", "before=99999&limit=1000",
            "role=user&page=100&page_size=200", "role=assistant&order=desc&page=200", "role=user&after=40000&before=41000&limit=1000",
        })
        {
            var answer = await user.GetAsync($"{session}/messages?{query}");
            answer.Is(200);
            answers.Add(answer.Text);
        }

        return [.. answers];
    }
}
