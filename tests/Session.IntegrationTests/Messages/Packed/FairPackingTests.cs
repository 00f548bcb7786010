using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using SessionService.Infrastructure.Messages.Packed;
using SessionService.IntegrationTests.Databases;
using SessionService.IntegrationTests.Digests;
using SessionService.IntegrationTests.Hosting;
using SessionService.IntegrationTests.Sessions;

namespace SessionService.IntegrationTests.Messages.Packed;

public sealed class FairPackingTests(PackingFixture service) : IClassFixture<PackingFixture>
{
    [Fact]
    public async Task A_user_with_very_many_sessions_to_pack_leaves_the_others_their_place()
    {
        // Users come in the order of their ids.
        var (ann, bob) = (service.As($"ann-{Guid.NewGuid()}"), service.As($"bob-{Guid.NewGuid()}"));
        await using var database = new TestDatabase(service.ConnectionString);
        await database.ExecuteAsync(SessionRows.Insert(ann, 1_200, "now()", "jsonb_build_object('n', n)"));
        await database.ExecuteAsync(SessionRows.Insert(bob, 2, "now()", "jsonb_build_object('n', n)"));
        await database.ExecuteAsync(
            $"""
            UPDATE dev.sessions SET archived_at = now(), status = 'archived', message_count = 1, digested_messages = 1, is_digested = true
            WHERE user_id IN ('{ann.UserId}', '{bob.UserId}')
            """);

        var found = await service.Packer.FindAsync(CancellationToken.None);

        Assert.Equal(1_000, found.Count);
        Assert.Equal([ann.UserId, bob.UserId, ann.UserId, bob.UserId, ann.UserId], found.Take(5).Select(session => session.UserId));
        await database.ExecuteAsync($"DELETE FROM dev.sessions WHERE user_id IN ('{ann.UserId}', '{bob.UserId}')");
    }

    [Fact]
    public async Task A_user_with_very_many_messages_to_pack_delays_the_others_by_one_segment()
    {
        var (ann, bob) = (service.As($"ann-{Guid.NewGuid()}"), service.As($"bob-{Guid.NewGuid()}"));
        await new Conversation(seed: 31).LoadAsync(service, ann, 800, time => Guid.CreateVersion7(new DateTimeOffset(time)));
        await new Conversation(seed: 32).LoadAsync(service, bob, 300, time => Guid.CreateVersion7(new DateTimeOffset(time)));
        await service.DigestAsync();
        await using var database = new TestDatabase(service.ConnectionString);
        var clock = new FakeTimeProvider();
        var options = Options.Create(new PackingOptions { Share = 1 });
        using var job = new PackingJob(service.Packer, options, service.Services.GetRequiredService<PackingMetrics>(), clock, NullLogger<PackingJob>.Instance);

        await job.StartAsync(CancellationToken.None);
        while (await PackedAsync() is [])
        {
            clock.Advance(TimeSpan.FromMinutes(1));
            using var patience = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
            for (var i = 0; i < 50 && await PackedAsync() is []; i++)
            {
                await patience.WaitForNextTickAsync();
            }
        }

        await Eventually.IsSoAsync(async () => (await PackedAsync()).Length == 4);
        await job.StopAsync(CancellationToken.None);

        Assert.Equal([ann.UserId, bob.UserId, ann.UserId, ann.UserId], await PackedAsync());

        Task<string[]> PackedAsync() => database.QueryAsync(
            $"SELECT user_id FROM dev.message_segments WHERE user_id IN ('{ann.UserId}', '{bob.UserId}') ORDER BY packed_at");
    }
}
