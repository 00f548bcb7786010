using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using SessionService.Infrastructure.Embeddings;
using SessionService.Infrastructure.MemorySearch;
using SessionService.Infrastructure.Persistence;
using SessionService.Infrastructure.Sessions;
using SessionService.IntegrationTests.Archival;
using SessionService.IntegrationTests.Databases;
using SessionService.IntegrationTests.Digests;
using SessionService.IntegrationTests.Hosting;
using SessionService.IntegrationTests.Messages.Packed;
using SessionService.IntegrationTests.Transfers;

namespace SessionService.IntegrationTests.Erasure;

/// <summary>Requests and background jobs that have read something of a session when it is erased.</summary>
public sealed class MeetingAnErasureTests(PackingFixture service) : IClassFixture<PackingFixture>
{
    [Theory]
    [InlineData("message")]
    [InlineData("batch")]
    [InlineData("change")]
    [InlineData("patch")]
    [InlineData("end")]
    [InlineData("archive")]
    [InlineData("restore")]
    [InlineData("star")]
    [InlineData("redaction")]
    [InlineData("memory")]
    [InlineData("fork")]
    [InlineData("copy")]
    [InlineData("deletion")]
    public async Task A_request_that_waits_for_a_session_which_is_being_erased_does_not_find_it(string feature)
    {
        var (user, session) = await StartAsync();

        var answer = await DuringErasureAsync("sessions", user, () => user.DoAsync(session, feature));

        answer.IsProblem(404, "session_not_found");
        AssertNothingFailed();
    }

    [Theory]
    [InlineData("""{"type":"message","session_id":"{0}","sequence":2,"role":"user","content":"Hello"}""", "session_not_found")]
    [InlineData("""{"type":"memory","session_id":"{0}","content":"All."}""", "session_not_found")]
    public async Task A_line_of_an_import_that_waits_for_a_session_which_is_being_erased_says_that_it_is_not_there(string line, string code)
    {
        var (user, session) = await StartAsync();

        var answer = await DuringErasureAsync(
            "sessions", user, () => user.ImportAsync([line.Replace("{0}", SessionFeatures.IdOf(session), StringComparison.Ordinal)]));

        Assert.Equal(code, Assert.Single(answer.Is(200).Items("errors")).Text("code"));
        AssertNothingFailed();
    }

    [Fact]
    public async Task A_version_of_a_memory_that_is_being_erased_is_refused_by_its_line()
    {
        var user = service.AsNewUser();
        var id = Guid.NewGuid();
        (await user.ImportAsync([$$"""{"type":"user_memory","memory_id":"{{id}}","content":"Everything.","version":2}"""])).Is(200);

        var answer = await DuringErasureAsync("user_memories", user, () => user.ImportAsync(
            [$$"""{"type":"user_memory_version","memory_id":"{{id}}","content":"Much.","version":1,"written_at":"2025-09-23T14:21:49Z"}"""]));

        Assert.Equal("memory_not_found", Assert.Single(answer.Is(200).Items("errors")).Text("code"));
        AssertNothingFailed();
    }

    [Theory]
    [InlineData("PUT", """{"content":"Much."}""")]
    [InlineData("PATCH", """{"importance":0.5}""")]
    [InlineData("DELETE", null)]
    public async Task A_change_of_a_memory_that_is_being_erased_does_not_find_it(string method, string? body)
    {
        var user = service.AsNewUser();
        var memories = $"/api/v1/users/{user.UserId}/memories";
        var id = (await user.PostAsync(memories, """{"content":"Everything."}""")).Is(201).Text("memory_id");

        var answer = await DuringErasureAsync(
            "user_memories", user, () => user.SendAsync(new HttpMethod(method), $"{memories}/{id}", body));

        answer.IsProblem(404, "memory_not_found");
        AssertNothingFailed();
    }

    [Fact]
    public async Task Texts_that_are_erased_while_they_are_being_embedded_are_left_out()
    {
        var (user, session) = await StartAsync(messages: 3);
        (await user.PostAsync($"{session}/memory", """{"content":"All."}""")).Is(201);
        (await user.PostAsync($"/api/v1/users/{user.UserId}/memories", """{"content":"Everything."}""")).Is(201);
        await service.DigestAsync();
        var model = new EmbeddingModel("model", 4);
        var backlog = new EmbeddingBacklog(
            service.Services.GetRequiredService<SessionContexts>(), service.Services.GetRequiredService<Database>(), model, limit: 10_000);
        var waiting = new List<WaitingItem>(await backlog.ReadMessagesAsync(CancellationToken.None));
        await foreach (var memories in backlog.ReadMemoriesAsync(CancellationToken.None))
        {
            waiting.AddRange(memories);
        }

        var own = waiting.Where(item => item.UserId == user.UserId).ToList();
        Assert.Equal(5, own.Count);
        (await user.DoAsync("", "erasure")).Is(200);

        await backlog.WriteAsync(own, own.ConvertAll(_ => new byte[model.Dimensions]), CancellationToken.None);

        Assert.DoesNotContain(await backlog.ReadMessagesAsync(CancellationToken.None), item => item.UserId == user.UserId);
    }

    [Theory]
    [InlineData("UPDATE dev.session_messages SET content = '', message_metadata = '{}', redacted_at = now() WHERE session_id = '{0}' AND sequence = 200")]
    [InlineData("DELETE FROM dev.sessions WHERE session_id = '{0}'")]
    public async Task A_session_that_is_blanked_or_erased_while_its_messages_are_being_packed_is_left_and_no_failure(string sql)
    {
        var (user, session) = await StartAsync(messages: 300);
        await service.DigestAsync();
        var due = Assert.Single(
            await service.Packer.FindAsync(CancellationToken.None),
            found => session.EndsWith(found.SessionId.ToString(), StringComparison.Ordinal));
        await using var database = new TestDatabase(service.ConnectionString);

        // The packer reads the messages without a lock, and waits when it locks the session.
        var isPacked = await WhileHeldAsync(
            database,
            "LOCK TABLE dev.sessions IN EXCLUSIVE MODE",
            sql.Replace("{0}", SessionFeatures.IdOf(session), StringComparison.Ordinal),
            () => service.Packer.PackAsync(due, CancellationToken.None));

        Assert.False(isPacked);
        AssertNothingFailed();
        Assert.Equal(
            sql.StartsWith("DELETE", StringComparison.Ordinal) ? "gone" : "active", await user.StateAsync(session));
    }

    [Fact]
    public async Task Everything_at_once_with_erasures_fails_in_nothing()
    {
        string[] features =
        [
            "message", "batch", "import", "import of a memory", "import of what is there", "change", "patch", "end", "archive", "restore", "star",
            "redaction", "removal", "rewind", "activate", "memory", "fork", "copy", "deletion",
        ];
        var user = service.AsNewUser();
        for (var round = 0; round < 4; round++)
        {
            string[] sessions = [.. await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => StartAsync(user, messages: 3)))];
            var requests = features.Select(async (feature, i) =>
            {
                for (var n = 0; n < 6; n++)
                {
                    var answer = await user.DoAsync(sessions[(i + n) % sessions.Length], feature);

                    // Messages wait a second for a locked session, which an erasure on a busy machine may take longer than.
                    Assert.True(
                        answer.Status is 200 or 201 or 404 or 409 || (answer.Status is 503 && answer.Code() is "database_unavailable"),
                        $"{feature}: {answer.Status} {answer.Text}");
                }
            });
            string[] reads =
            [
                "", "/summary", "/messages", "/messages?after=0&limit=100", "/messages?role=user", "/memory", "/context", "/export",
            ];
            var readings = reads.Select(async read =>
            {
                foreach (var session in sessions)
                {
                    Assert.Contains((await user.GetAsync(session + read)).Status, new[] { 200, 404 });
                }
            });
            var searches = Enumerable.Range(0, 6).Select(async _ =>
            {
                (await user.GetAsync("/api/v1/sessions/search?q=hello")).Is(200);
                (await user.GetAsync($"/api/v1/users/{user.UserId}/usage?bucket=month")).Is(200);
                (await user.GetAsync("/api/v1/sessions?sort=last_activity")).Is(200);
                (await user.PostAsync($"/api/v1/users/{user.UserId}/memories/search", """{"query":"hello"}""")).Is(200);
            });
            var jobs = Enumerable.Range(0, 3).Select(async _ =>
            {
                Assert.True(await service.DigestOnceAsync());
                await service.PackAsync();
                await service.Services.GetServices<IHostedService>().OfType<RecountJob>().Single().RecountAsync(CancellationToken.None);
            });
            var erasures = Enumerable.Range(0, 2).Select(async _ => (await user.DoAsync("", "erasure")).Is(200));

            await Task.WhenAll([.. requests, .. readings, .. searches, .. jobs, .. erasures]);
        }

        (await user.DoAsync("", "erasure")).Is(200);
        var left = (await user.GetAsync($"/api/v1/users/{user.UserId}/data")).Is(200);
        Assert.All(left.GetProperty("rows").EnumerateObject(), table => Assert.Equal((table.Name, 0), (table.Name, table.Value.GetInt64())));
        AssertNothingFailed();
    }

    /// <summary>
    /// Sends a request, and commits an erasure of the user's rows in a table as soon as the request waits for it. A request that has waited
    /// too long is sent again.
    /// </summary>
    private async Task<Answer> DuringErasureAsync(string table, ApiClient user, Func<Task<Answer>> request)
    {
        await using var database = new TestDatabase(service.ConnectionString);
        return await WhileHeldAsync(database, $"DELETE FROM dev.{table} WHERE user_id = '{user.UserId}'", "SELECT", PatientlyAsync);

        // A message waits a second, and on a busy machine the erasure may take longer.
        Task<Answer> PatientlyAsync() => Eventually.GetAsync(request, answer => answer.Status != 503);
    }

    /// <summary>Begins a transaction and some work, and goes on with the transaction as soon as the work waits for it.</summary>
    private static async Task<T> WhileHeldAsync<T>(TestDatabase database, string hold, string then, Func<Task<T>> work)
    {
        await using var connection = await database.DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await ExecuteAsync(hold);
        var running = work();
        await Eventually.IsSoAsync(async () => running.IsCompleted || (await database.QueryAsync(
            $"SELECT count(*) > 0 FROM pg_stat_activity WHERE {connection.ProcessID} = ANY (pg_blocking_pids(pid))"))[0] == "true");
        Assert.False(running.IsCompleted, "The work does not wait for the transaction.");
        await ExecuteAsync(then);
        await transaction.CommitAsync();
        return await running;

        async Task ExecuteAsync(string sql)
        {
            await using var command = new NpgsqlCommand(sql, connection);
            await command.ExecuteNonQueryAsync();
        }
    }

    private async Task<(ApiClient User, string Session)> StartAsync(int messages = 1)
    {
        var user = service.AsNewUser();
        return (user, await StartAsync(user, messages));
    }

    private static async Task<string> StartAsync(ApiClient user, int messages)
    {
        var session = await user.StartSessionAsync();
        var all = string.Join(',', Enumerable.Range(1, messages).Select(n => $$"""{"role":"user","content":"Hello {{n}}"}"""));
        (await user.PostAsync($"{session}/messages/batch", $$"""{"messages":[{{all}}]}""")).Is(201);
        return session;
    }

    private void AssertNothingFailed()
    {
        Assert.DoesNotContain(service.Logs.Entries, entry => entry.Everything.Contains("deadlock", StringComparison.Ordinal));
        Assert.DoesNotContain(service.Logs.Entries, entry => entry.Level >= LogLevel.Error);
        foreach (var counter in new[] { "digest_failures", "packing.failures" })
        {
            Assert.Equal((counter, 0), (counter, service.ReadCounter($"session_service.{counter}")));
        }
    }
}
