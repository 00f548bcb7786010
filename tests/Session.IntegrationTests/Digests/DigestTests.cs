using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using SessionService.Application.Messages;
using SessionService.Domain.Messages;
using SessionService.Infrastructure.Digests;
using SessionService.Infrastructure.Messages;
using SessionService.IntegrationTests.Databases;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Digests;

/// <summary>A service that digests when a test says so, at once and in several steps.</summary>
public class DigestFixture : ApiFixture
{
    internal RecordingParticipant Participant { get; } = new();

    protected override IEnumerable<KeyValuePair<string, string>> Settings => [.. DigestByHand.Settings, new("Digest:BatchSize", "50")];

    protected override void ConfigureServices(IServiceCollection services) => services.AddSingleton<IDigestParticipant>(Participant);

    protected override async Task<string> PrepareDatabaseAsync()
    {
        await using var database = await TestDatabase.CloneTemplateAsync();
        await database.ExecuteAsync(RecordingParticipant.Table);
        return database.ConnectionString;
    }

    /// <summary>What was digested of a session, in the order of time.</summary>
    public async Task<IEnumerable<long>> SequencesAsync(string session)
    {
        await using var database = new TestDatabase(ConnectionString);
        var numbers = await database.QueryAsync(
            $"SELECT sequence FROM digested WHERE session_id = '{session.Split('/')[^1]}' ORDER BY digested_at, position");
        return numbers.Select(number => long.Parse(number, CultureInfo.InvariantCulture));
    }
}

/// <summary>Another instance on the same database.</summary>
public sealed class SecondDigestFixture(string connectionString) : DigestFixture
{
    protected override Task<string> PrepareDatabaseAsync() => Task.FromResult(connectionString);
}

public sealed class DigestTests(DigestFixture service) : IClassFixture<DigestFixture>
{
    [Fact]
    public async Task Every_message_is_handed_over_once_and_in_order()
    {
        var user = service.AsNewUser();
        var sessions = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => user.StartSessionAsync()));
        await Task.WhenAll(sessions.Select(session => WriteAsync(user, session, 70)));

        await service.DigestAsync();
        await WriteAsync(user, sessions[0], 5);
        await service.DigestAsync();

        Assert.Equal(Numbers(75), await service.SequencesAsync(sessions[0]));
        Assert.Equal(Numbers(70), await service.SequencesAsync(sessions[1]));
        Assert.Equal(Numbers(70), await service.SequencesAsync(sessions[2]));
        Assert.Equal(["(t,75)", "(t,70)", "(t,70)"], await StatesAsync(sessions));
    }

    [Fact]
    public async Task A_user_with_very_many_messages_delays_the_others_by_one_batch()
    {
        // Users come in the order of their ids.
        var (ann, bob) = (service.As($"ann-{Guid.NewGuid()}"), service.As($"bob-{Guid.NewGuid()}"));
        var (annsSession, bobsSession) = (await ann.StartSessionAsync(), await bob.StartSessionAsync());
        await WriteAsync(ann, annsSession, 170);
        await WriteAsync(bob, bobsSession, 20);

        await service.DigestAsync();

        var (annsId, bobsId) = (annsSession.Split('/')[^1], bobsSession.Split('/')[^1]);
        var order = await QueryAsync(
            $"SELECT CASE WHEN session_id = '{annsId}' THEN 'ann' ELSE 'bob' END || ' ' || count(*) FROM digested WHERE session_id IN ('{annsId}', '{bobsId}') GROUP BY session_id, xmin ORDER BY min(digested_at)");
        Assert.Equal(["ann 50", "bob 20", "ann 50", "ann 50", "ann 20"], order);
    }

    [Fact]
    public async Task A_session_is_digested_from_its_start_and_again_after_it_was_written_to()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        Assert.Equal(["(t,0)"], await StatesAsync(session));

        await user.WriteMessageAsync(session, """{"role":"user","content":"Hello","cost_usd":0.5}""");
        Assert.Equal(["(f,0)"], await StatesAsync(session));
        await service.DigestAsync();

        Assert.Equal(["(t,1)"], await StatesAsync(session));
        Assert.Equal(["true"], await QueryAsync($"SELECT digested_cost = total_cost AND digested_activity = last_activity FROM dev.sessions WHERE {Is(session)}"));
    }

    [Fact]
    public async Task A_new_last_activity_is_digested_without_a_message()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();

        (await user.PutAsync(session, """{"last_activity":"2020-01-01T00:00:00Z"}""")).Is(200);
        Assert.Equal(["(f,0)"], await StatesAsync(session));
        (await user.PutAsync(session, """{"session_summary":"Something"}""")).Is(200);
        Assert.Equal(["(f,0)"], await StatesAsync(session));
        await service.DigestAsync();

        Assert.Equal(["2020-01-01 00:00:00+00"], await QueryAsync($"SELECT digested_activity FROM dev.sessions WHERE {Is(session)} AND is_digested"));
        Assert.Empty(await service.SequencesAsync(session));
    }

    [Fact]
    public async Task Appends_after_the_first_leave_the_indexes_alone()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        await user.WriteMessageAsync(session);

        // A transaction's own count of what it did is there at once.
        await using var database = new TestDatabase(service.ConnectionString);
        await using var connection = await database.DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(2 + i, Assert.Single(await new AppendStatement().ExecuteAsync(connection, [Hello(user, session)], CancellationToken.None)).FirstSequence);
        }

        await using var count = new NpgsqlCommand(
            "SELECT pg_stat_get_xact_tuples_updated('dev.sessions'::regclass), pg_stat_get_xact_tuples_hot_updated('dev.sessions'::regclass)", connection);
        await using var counts = await count.ExecuteReaderAsync();
        await counts.ReadAsync();
        Assert.Equal((5L, 5L), (counts.GetInt64(0), counts.GetInt64(1)));
    }

    [Fact]
    public async Task A_message_that_arrives_during_a_digest_is_digested_after_it()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        await user.WriteMessageAsync(session);
        service.Participant.OnPrepare(session, () => user.WriteMessageAsync(session));

        await service.DigestAsync();

        Assert.Equal(["(t,2)"], await StatesAsync(session));
        Assert.Equal(Numbers(2), await service.SequencesAsync(session));
    }

    [Fact]
    public async Task A_digest_that_fails_is_made_again_and_harms_no_other_user()
    {
        var (user, other) = (service.As($"a-{Guid.NewGuid()}"), service.As($"b-{Guid.NewGuid()}"));
        var sessions = new[] { await user.StartSessionAsync(), await other.StartSessionAsync() };
        await user.WriteMessageAsync(sessions[0]);
        await other.WriteMessageAsync(sessions[1]);
        service.Participant.OnPrepare(sessions[0], () => throw new InvalidOperationException("The content is secret."));

        await service.DigestOnceAsync();
        Assert.Equal(["(f,0)", "(t,1)"], await StatesAsync(sessions));
        Assert.DoesNotContain(service.Logs.Entries, entry => entry.Everything.Contains("secret", StringComparison.Ordinal));
        await service.DigestAsync();

        Assert.Equal(["(t,1)", "(t,1)"], await StatesAsync(sessions));
        Assert.Equal(Numbers(1), await service.SequencesAsync(sessions[0]));
    }

    [Fact]
    public async Task A_digest_whose_connection_is_killed_leaves_nothing_behind()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        await user.WriteMessageAsync(session);
        service.Participant.OnWrite(session, async () =>
            Assert.NotEmpty(await QueryAsync(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE '%digest'")));

        await Assert.ThrowsAnyAsync<NpgsqlException>(() => service.DigestOnceAsync());
        Assert.Equal(["(f,0)"], await StatesAsync(session));
        await service.DigestAsync();

        Assert.Equal(["(t,1)"], await StatesAsync(session));
        Assert.Equal(Numbers(1), await service.SequencesAsync(session));
    }

    [Fact]
    public async Task Several_instances_digest_what_is_being_written_and_each_message_once()
    {
        var second = new SecondDigestFixture(service.ConnectionString);
        await second.InitializeAsync();
        var user = service.AsNewUser();
        var sessions = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => user.StartSessionAsync()));

        var writing = Task.WhenAll(sessions.Select(async session =>
        {
            for (var i = 0; i < 30; i++)
            {
                // A digest that is held up keeps the session.
                await user.WriteOnceAsync($"{session}/messages/batch", BatchOf(5));
            }
        }));
        await Task.WhenAll(DigestUntilAsync(service, writing), DigestUntilAsync(second, writing));
        await service.DigestAsync();

        foreach (var session in sessions)
        {
            Assert.Equal(Numbers(150), await service.SequencesAsync(session));
        }

        Assert.Equal(Enumerable.Repeat("(t,150)", 4), await StatesAsync(sessions));
        await second.DisposeAsync();
    }

    [Fact]
    public async Task What_an_older_version_wrote_is_found()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        await user.WriteMessageAsync(session);
        await service.DigestAsync();
        await user.WriteMessageAsync(session);
        await using var database = new TestDatabase(service.ConnectionString);
        await database.ExecuteAsync($"UPDATE dev.sessions SET is_digested = true WHERE {Is(session)}");

        await service.Services.GetRequiredService<Digester>().MarkMissedAsync(CancellationToken.None);
        await service.DigestAsync();

        Assert.Equal(["(t,2)"], await StatesAsync(session));
        Assert.Equal(Numbers(2), await service.SequencesAsync(session));
    }

    [Fact]
    public async Task A_session_that_is_erased_while_its_messages_are_digested_is_no_failure_and_the_others_are_digested()
    {
        var user = service.AsNewUser();
        string[] sessions = [await user.StartSessionAsync(), await user.StartSessionAsync()];
        await Task.WhenAll(sessions.Select(session => user.WriteMessageAsync(session)));
        var failures = service.ReadCounter("session_service.digest_failures");
        await using var database = new TestDatabase(service.ConnectionString);
        service.Participant.OnPrepare(sessions[0], () => database.ExecuteAsync($"DELETE FROM dev.sessions WHERE {Is(sessions[0])}"));

        Assert.True(await service.DigestOnceAsync());
        await service.DigestAsync();

        Assert.Equal(["(t,1)"], await StatesAsync(sessions[1]));
        Assert.Equal(failures, service.ReadCounter("session_service.digest_failures"));
        Assert.DoesNotContain(service.Logs.Entries, entry => entry.Level >= LogLevel.Warning && entry.Category.Contains("Digests", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_digest_for_a_search_that_meets_an_erasure_has_nothing_to_do()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        await user.WriteMessageAsync(session);
        await using var database = new TestDatabase(service.ConnectionString);
        service.Participant.OnPrepare(session, () => database.ExecuteAsync($"DELETE FROM dev.sessions WHERE {Is(session)}"));

        Assert.False(await service.Services.GetRequiredService<Digester>().DigestNowAsync(user.UserId, CancellationToken.None));
    }

    [Fact]
    public async Task A_foreign_key_that_is_violated_although_every_session_is_there_is_a_failure()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        await user.WriteMessageAsync(session);
        service.Participant.OnWrite(session, () => throw new PostgresException("wrong", "ERROR", "ERROR", PostgresErrorCodes.ForeignKeyViolation));

        await Assert.ThrowsAsync<PostgresException>(
            () => service.Services.GetRequiredService<Digester>().DigestNowAsync(user.UserId, CancellationToken.None));
    }

    private static async Task DigestUntilAsync(ApiFixture instance, Task end)
    {
        do
        {
            await instance.DigestOnceAsync();
        }
        while (!end.IsCompleted);
    }

    private static Task<Answer> WriteAsync(ApiClient user, string session, int messages) =>
        user.PostAsync($"{session}/messages/batch", BatchOf(messages));

    private static string BatchOf(int messages) =>
        $$"""{"messages":[{{string.Join(',', Enumerable.Repeat("""{"role":"user","content":"Hello"}""", messages))}}]}""";

    private static Append Hello(ApiClient user, string session)
    {
        var now = DateTimeOffset.UtcNow;
        var message = new SessionMessage
        {
            UserId = user.UserId,
            SessionId = IdOf(session),
            MessageId = Guid.CreateVersion7(now),
            Role = "user",
            Content = "Hello",
            MessageType = "chat",
            Metadata = "{}",
            TokensUsed = 1,
            CostUsd = 0,
            CreatedAt = now,
        };
        return new Append
        {
            UserId = user.UserId,
            SessionId = message.SessionId,
            Messages = [new NewMessage(message, HasOwnId: false, HasOwnTime: false)],
            Now = now,
        };
    }

    private static Guid IdOf(string session) => Guid.Parse(session.Split('/')[^1]);

    private static IEnumerable<long> Numbers(int count) => Enumerable.Range(1, count).Select(n => (long)n);

    private static string Is(string session) => $"session_id = '{IdOf(session)}'";

    private async Task<string[]> StatesAsync(params string[] sessions)
    {
        var states = await Task.WhenAll(sessions.Select(session =>
            QueryAsync($"SELECT (is_digested, digested_messages) FROM dev.sessions WHERE {Is(session)}")));
        return [.. states.Select(Assert.Single)!];
    }

    private async Task<string[]> QueryAsync(string sql)
    {
        await using var database = new TestDatabase(service.ConnectionString);
        return await database.QueryAsync(sql);
    }
}
