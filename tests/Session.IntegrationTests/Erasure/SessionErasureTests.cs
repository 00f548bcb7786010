using Microsoft.Extensions.Logging;
using SessionService.Infrastructure.Erasure;
using SessionService.IntegrationTests.Archival;
using SessionService.IntegrationTests.Databases;
using SessionService.IntegrationTests.Digests;
using SessionService.IntegrationTests.Hosting;
using SessionService.IntegrationTests.Messages.Packed;

namespace SessionService.IntegrationTests.Erasure;

public sealed class SessionErasureTests(PackingFixture service) : IClassFixture<PackingFixture>
{
    // What outlives a session keeps its id only.
    private static readonly string[] KeepTheId = ["sessions.forked_from_session_id", "user_memories.session_id", "user_memory_versions.session_id"];

    [Fact]
    public async Task Every_table_that_names_a_session_is_erased_with_it_or_outlives_it_on_purpose()
    {
        await using var database = new TestDatabase(service.ConnectionString);

        var tables = await database.QueryAsync(
            "SELECT table_name FROM information_schema.columns WHERE table_schema = 'dev' AND column_name = 'session_id'");

        Assert.Equal(
            tables.Where(table => !KeepTheId.Contains($"{table}.session_id", StringComparer.Ordinal)).Order(StringComparer.Ordinal),
            UserTables.OfSession.Append(UserTables.SessionIds).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Nothing_in_the_database_names_a_session_after_its_erasure_and_the_receipt_has_what_was_counted()
    {
        var user = service.AsNewUser();
        (await user.PostAsync("/api/v1/webhooks", """{"url":"https://hooks.invalid","events":["message.created"]}""")).Is(201);
        var (session, other) = (await FillAsync(user, "walnut"), await FillAsync(user, "chestnut"));
        var otherBefore = (await user.GetAsync($"{other}/messages?after=0&limit=1000")).Text;
        var memories = $"/api/v1/users/{user.UserId}/memories";
        (await user.PostAsync(memories, $$"""{"content":"Likes nuts.","session_id":"{{IdOf(session)}}","sequence":1}""")).Is(201);
        (await user.PostAsync($"{session}/fork", """{"through_sequence":3}""")).Is(201);
        await service.PackAsync();
        await using var database = new TestDatabase(service.ConnectionString);
        await AddTreeAndFeedbackAsync(database, user.UserId, session);
        var open = (await user.PostAsync($"{session}/messages", """{"role":"assistant","status":"in_progress"}""")).Is(201).Number("sequence");
        (await user.PostAsync($"{session}/messages/{open}/deltas", """{"index":0,"text":"Nuts"}""")).Is(200);
        var counted = (await user.GetAsync($"{session}/data")).Is(200);
        Assert.DoesNotContain(
            counted.GetProperty("rows").EnumerateObject().Where(table => table.Name != "message_tokens"), table => table.Value.GetInt64() == 0);
        Assert.NotEmpty(await WhereAsync(database, IdOf(session)));

        var receipt = (await user.DeleteAsync($"{session}/data")).Is(200);

        Assert.Equal(counted.Raw("rows"), receipt.Raw("rows"));
        Assert.Equal(
            (IdOf(session), user.UserId, 1, 303),
            (receipt.Text("session_id"), receipt.Text("user_id"), receipt.Number("sessions"), receipt.Number("messages")));
        var rows = receipt.GetProperty("rows");
        Assert.Equal(
            (1, 1, 47, 1, 1, 1, 1, 2, 2),
            (
                rows.Number("sessions"), rows.Number("message_segments"), rows.Number("session_messages"), rows.Number("session_memories"),
                rows.Number("attachments"), rows.Number("attachment_pieces"), rows.Number("message_feedback"), rows.Number("session_branches"),
                rows.Number("idempotency_keys")));
        Assert.Equal(KeepTheId[..2], await WhereAsync(database, IdOf(session)));
        // The fork has the title.
        Assert.Equal(1, await FoundAsync(user, "walnut"));
        Assert.Equal(1, await FoundAsync(user, "chestnut"));
        Assert.Equal(otherBefore, (await user.GetAsync($"{other}/messages?after=0&limit=1000")).Text);
        Assert.Equal(2, (await user.GetAsync("/api/v1/sessions")).Is(200).Number("total"));
    }

    [Fact]
    public async Task A_session_that_is_not_there_or_another_users_is_neither_counted_nor_erased()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        foreach (var (caller, path) in new[] { (service.AsNewUser(), session), (user, $"/api/v1/sessions/{Guid.NewGuid()}") })
        {
            (await caller.GetAsync($"{path}/data")).IsProblem(404, "session_not_found");
            (await caller.DeleteAsync($"{path}/data")).IsProblem(404, "session_not_found");
        }

        (await user.DeleteAsync($"{session}/data")).Is(200);

        (await user.DeleteAsync($"{session}/data")).IsProblem(404, "session_not_found");
        (await user.GetAsync($"{session}/data")).IsProblem(404, "session_not_found");
        foreach (var path in new[] { "", "/messages", "/memory", "/context", "/export", "/summary" })
        {
            (await user.GetAsync(session + path)).IsProblem(404, "session_not_found");
        }
    }

    [Fact]
    public async Task The_statistics_the_usage_and_the_lists_count_the_session_no_more()
    {
        var user = service.AsNewUser();
        var before = await CountsAsync(user);
        var session = await FillAsync(user, "almond");
        await service.DigestAsync();
        Assert.NotEqual(before, await CountsAsync(user));

        (await user.DeleteAsync($"{session}/data")).Is(200);

        Assert.Equal(before, await CountsAsync(user));
        await service.DigestAsync();
        Assert.Equal(before, await CountsAsync(user));
    }

    [Fact]
    public async Task The_id_may_be_used_again_at_once_and_nothing_of_before_belongs_to_the_new_session()
    {
        var user = service.AsNewUser();
        var session = await FillAsync(user, "hazelnut");
        await service.PackAsync();
        var tag = (await user.GetAsync(session)).Headers["ETag"];
        Assert.Equal(1, await FoundAsync(user, "hazelnut"));
        (await user.PostAsync($"/api/v1/users/{user.UserId}/memories/search", """{"query":"hazelnut"}""")).Is(200);
        (await user.DeleteAsync($"{session}/data")).Is(200);

        // Another user may have the id too.
        var next = service.AsNewUser();
        (await next.PostAsync("/api/v1/sessions", $$"""{"session_id":"{{IdOf(session)}}"}""")).Is(201);
        (await next.DeleteAsync($"{session}/data")).Is(200);
        (await user.PostAsync("/api/v1/sessions", $$"""{"session_id":"{{IdOf(session)}}"}""")).Is(201);

        for (var round = 0; round < 2; round++)
        {
            Assert.Equal(0, await FoundAsync(user, "hazelnut"));
            Assert.Empty((await user.PostAsync($"/api/v1/users/{user.UserId}/memories/search", """{"query":"hazelnut"}""")).Is(200).Items("results"));
            await user.WriteMessageAsync(session, """{"role":"user","content":"Pistachios"}""");
            await service.DigestAsync();
        }

        Assert.NotEqual(tag, (await user.GetAsync(session)).Headers["ETag"]);
        Assert.Equal([1, 2], (await user.GetAsync($"{session}/messages")).Is(200).Items("messages").Select(message => message.Number("sequence")));
        (await user.GetAsync($"{session}/memory")).IsProblem(404, "memory_not_found");
        var data = (await user.GetAsync($"{session}/data")).Is(200);
        Assert.Equal((2, 2, 1), (
            data.Number("messages"), data.GetProperty("rows").Number("session_messages"), data.GetProperty("rows").Number("message_vectors")));
    }

    [Fact]
    public async Task Only_a_version_that_If_Match_names_is_erased()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        var tag = (await user.GetAsync(session)).Headers["ETag"];
        await user.WriteMessageAsync(session);

        (await EraseAsync(tag)).IsProblem(412, "precondition_failed");
        Assert.Equal(1, (await user.GetAsync(session)).Is(200).Number("message_count"));

        (await EraseAsync((await user.GetAsync(session)).Headers["ETag"])).Is(200);

        async Task<Answer> EraseAsync(string version)
        {
            using var request = new HttpRequestMessage(HttpMethod.Delete, $"{session}/data");
            request.Headers.TryAddWithoutValidation("If-Match", version);
            return await user.SendAsync(request);
        }
    }

    [Fact]
    public async Task Forks_and_memories_of_the_user_stay_and_keep_the_id()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        await user.WriteMessageAsync(session, """{"role":"user","content":"Brazil nuts"}""");
        var fork = (await user.PostAsync($"{session}/fork", "{}")).Is(201);
        var memory = (await user.PostAsync(
            $"/api/v1/users/{user.UserId}/memories", $$"""{"content":"Likes nuts.","session_id":"{{IdOf(session)}}","sequence":1}""")).Is(201);

        (await user.DeleteAsync($"{session}/data")).Is(200);

        var kept = (await user.GetAsync($"/api/v1/sessions/{fork.Text("session_id")}")).Is(200);
        Assert.Equal(IdOf(session), kept.GetProperty("forked_from").Text("session_id"));
        var message = Assert.Single((await user.GetAsync($"/api/v1/sessions/{fork.Text("session_id")}/messages")).Is(200).Items("messages"));
        Assert.Equal("Brazil nuts", message.Text("content"));
        Assert.Equal(
            memory.GetRawText(), (await user.GetAsync($"/api/v1/users/{user.UserId}/memories/{memory.Text("memory_id")}")).Is(200).GetRawText());
    }

    [Fact]
    public async Task Of_erasures_at_once_one_erases_and_the_others_find_nothing()
    {
        var user = service.AsNewUser();
        var session = await FillAsync(user, "cashew");

        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => user.DeleteAsync($"{session}/data")));

        Assert.Single(answers, answer => answer.Status == 200).Is(200);
        Assert.All(answers.Where(answer => answer.Status != 200), answer => answer.IsProblem(404, "session_not_found"));
    }

    [Fact]
    public async Task Whatever_happens_at_the_same_time_leaves_nothing_half_erased()
    {
        string[] features =
        [
            "message", "batch", "import", "import of a memory", "change", "archive", "restore", "redaction", "memory", "fork", "copy",
        ];
        var user = service.AsNewUser();
        var before = await CountsAsync(user);
        await using var database = new TestDatabase(service.ConnectionString);
        for (var round = 0; round < 3; round++)
        {
            var session = await FillAsync(user, "peanut");
            await service.DigestAsync();
            var requests = features.Select(async feature =>
            {
                for (var n = 0; n < 3; n++)
                {
                    // Writes wait a second for a locked session, which an erasure on a busy machine may take longer than.
                    var answer = await user.DoAsync(session, feature);
                    Assert.True(
                        answer.Status is 200 or 201 or 404 or 409 || (answer.Status == 503 && answer.Code() is "database_unavailable"),
                        $"{feature}: {answer.Status} {answer.Text}");
                }
            });
            var jobs = Enumerable.Range(0, 2).Select(_ => service.PackAsync());
            var erasures = Enumerable.Range(0, 2).Select(async _ =>
                Assert.Contains((await user.DeleteAsync($"{session}/data")).Status, new[] { 200, 404 }));

            await Task.WhenAll([.. requests, .. jobs, .. erasures]);

            // An import may have made the session anew.
            Assert.Contains((await user.DeleteAsync($"{session}/data")).Status, new[] { 200, 404 });
            await service.DigestAsync();
            Assert.DoesNotContain(
                await WhereAsync(database, IdOf(session)), column => !KeepTheId.Contains(column, StringComparer.Ordinal));
        }

        (await user.DeleteAsync($"/api/v1/users/{user.UserId}/data")).Is(200);
        Assert.Equal(before, await CountsAsync(user));
        Assert.DoesNotContain(service.Logs.Entries, entry => entry.Level >= LogLevel.Error);
    }

    [Fact]
    public async Task An_erasure_that_the_database_ends_in_the_middle_has_erased_nothing_and_can_be_repeated()
    {
        var user = service.AsNewUser();
        var session = await FillAsync(user, "macadamia");
        await service.PackAsync();
        var counted = (await user.GetAsync($"{session}/data")).Is(200).Raw("rows");
        await using var database = new TestDatabase(service.ConnectionString);
        Task<Answer> erasure;
        await using (var connection = await database.DataSource.OpenConnectionAsync())
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            // The last table before the session itself.
            await using var hold = connection.CreateCommand();
            hold.CommandText = "LOCK TABLE dev.idempotency_keys IN SHARE MODE";
            await hold.ExecuteNonQueryAsync();
            erasure = user.DeleteAsync($"{session}/data");
            await Eventually.IsSoAsync(async () => (await database.QueryAsync(
                $"SELECT pid FROM pg_stat_activity WHERE {connection.ProcessID} = ANY (pg_blocking_pids(pid))")).Length == 1);
            Assert.Equal(counted, (await user.GetAsync($"{session}/data")).Is(200).Raw("rows"));

            // The service tries once more on another connection.
            await Eventually.IsSoAsync(async () =>
            {
                await database.QueryAsync(
                    $"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {connection.ProcessID} = ANY (pg_blocking_pids(pid))");
                return erasure.IsCompleted;
            });

            (await erasure).IsProblem(503, "database_unavailable");
        }

        Assert.Equal(counted, (await user.GetAsync($"{session}/data")).Is(200).Raw("rows"));
        Assert.Equal(counted, (await user.DeleteAsync($"{session}/data")).Is(200).Raw("rows"));
        Assert.Empty(await WhereAsync(database, IdOf(session)));
    }

    /// <summary>302 messages, one with an attachment, a memory, and a title; two of the writes with keys.</summary>
    private static async Task<string> FillAsync(ApiClient user, string word)
    {
        var session = await user.StartSessionAsync();
        var messages = string.Join(',', Enumerable.Range(0, 300).Select(n => $$"""{"role":"user","content":"Message {{n}}","tokens_used":2,"cost_usd":0.001}"""));
        (await user.PostAsync($"{session}/messages/batch", $$"""{"messages":[{{messages}}]}""")).Is(201);
        (await user.PostAsync($"{session}/messages", $$"""{"role":"user","content":"A {{word}}"}""", Guid.NewGuid().ToString())).Is(201);
        var picture = Convert.ToBase64String([.. Enumerable.Range(0, 9_000).Select(_ => (byte)Random.Shared.Next())]);
        await user.WriteMessageAsync(
            session, $$$"""{"role":"user","content":[{"type":"image","source":{"type":"base64","media_type":"image/png","data":"{{{picture}}}"}}]}""");
        (await user.PostAsync($"{session}/memory", $$"""{"content":"Remembered {{word}}"}""", Guid.NewGuid().ToString())).Is(201);
        (await user.SendAsync(HttpMethod.Patch, session, $$"""{"title":"On the {{word}}"}""")).Is(200);
        return session;
    }

    /// <summary>What a rewind and a rating leave.</summary>
    private static Task AddTreeAndFeedbackAsync(TestDatabase database, string user, string session) =>
        database.ExecuteAsync(
            $$"""
            INSERT INTO dev.session_branches (user_id, session_id, branch_id, created_at, path, from_sequence, last_sequence, message_count)
            VALUES ('{{user}}', '{{IdOf(session)}}', 1, now(), '{[1,301)}', 1, 300, 300), ('{{user}}', '{{IdOf(session)}}', 2, now(), '{[1,3),[301,)}', 301, 302, 4);
            INSERT INTO dev.conversation_items (user_id, session_id, sequence, item_id) VALUES ('{{user}}', '{{IdOf(session)}}', 1, 'msg_1');
            INSERT INTO dev.message_feedback (user_id, session_id, sequence, name, value, source, model, created_at, updated_at)
            VALUES ('{{user}}', '{{IdOf(session)}}', 2, 'rating', 'true', 'user', '', now(), now());
            """);

    /// <summary>The columns in which the database has an id, whatever their names.</summary>
    private static async Task<string[]> WhereAsync(TestDatabase database, string id)
    {
        var columns = await database.QueryAsync(
            """
            SELECT table_name || '.' || column_name FROM information_schema.columns
            WHERE table_schema = 'dev' AND data_type = 'uuid' ORDER BY 1
            """);
        var found = new List<string>();
        foreach (var column in columns)
        {
            var (table, name) = (column.Split('.')[0], column.Split('.')[1]);
            found.AddRange(await database.QueryAsync(
                $"SELECT '{column}' FROM dev.{table} WHERE {name} = '{id}' LIMIT 1"));
        }

        return [.. found];
    }

    private static async Task<int> FoundAsync(ApiClient user, string word) =>
        (await user.GetAsync($"/api/v1/sessions/search?q={word}")).Is(200).Items("results").Count;

    private static async Task<string> CountsAsync(ApiClient user) => string.Join(
        ' ',
        (await user.GetAsync("/api/v1/sessions/stats")).Is(200).GetRawText(),
        (await user.GetAsync($"/api/v1/users/{user.UserId}/usage?bucket=month")).Is(200).Raw("usage"),
        (await user.GetAsync("/api/v1/sessions")).Is(200).Number("total"));

    private static string IdOf(string session) => SessionFeatures.IdOf(session);
}
