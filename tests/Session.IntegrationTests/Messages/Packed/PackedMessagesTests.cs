using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using SessionService.Infrastructure.Messages.Packed;
using SessionService.Infrastructure.Persistence;
using SessionService.IntegrationTests.Databases;
using SessionService.IntegrationTests.Digests;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Messages.Packed;

public sealed class PackedMessagesTests(PackingFixture service) : IClassFixture<PackingFixture>
{
    private static readonly string[] Queries =
    [
        "", "page=2", "page=7&page_size=200", "page=3&page_size=200", "page=4&page_size=200", "page=1000", "order=desc", "order=desc&page=3&page_size=200",
        "order=desc&page=4&page_size=200", "order=desc&page=9", "page_size=1&page=256", "page_size=1&page=257", "page_size=1&page=768", "page_size=1&page=769",
        "after=0&limit=1000", "after=1&limit=1", "after=255&limit=2", "after=256&limit=1", "after=760&limit=100", "after=768", "after=777", "after=790&limit=1000",
        "after=9223372036854775807", "before=0", "before=1", "before=2", "before=257&limit=300", "before=770&limit=5", "before=770&limit=1000", "before=9223372036854775807&limit=30",
        "after=100&before=700&limit=1000", "after=100&before=101", "after=300&before=302",
        "role=user", "role=user&page=5&page_size=50", "role=tool&page=2&page_size=80", "role=tool&order=desc", "role=tool&order=desc&page=2&page_size=90", "role=system",
        "message_type=tool_result&after=255&limit=10", "message_type=tool_result&after=100&before=600&limit=1000", "message_type=tool_result&before=400&limit=20",
        "message_type=tool_result&before=777&limit=200", "role=assistant&message_type=chat&page=4&page_size=100", "role=assistant&message_type=tool_result", "role=tool&before=770&limit=1",
        "role=user&after=700&limit=1000", "role=user&after=790", "role=user&before=260&limit=1", "role=user&page=2147483647&page_size=200",
    ];

    [Fact]
    public async Task Every_way_of_reading_answers_the_same_when_messages_are_packed()
    {
        var (user, session) = await StartConversationAsync(seed: 1, messages: 800);
        var before = await ReadAsync(user, session);

        await service.PackAsync();

        Assert.Equal("768 768 32", await PlacesAsync(session));
        Assert.Equal(before, await ReadAsync(user, session));

        // Archived, all of it is packed, and what comes when it is active again follows on.
        (await user.PutAsync(session, """{"status":"archived"}""")).Is(200);
        await service.PackAsync();
        Assert.Equal("800 800 0", await PlacesAsync(session));
        Assert.Equal(before, await ReadAsync(user, session));
        (await user.PutAsync(session, """{"status":"active"}""")).Is(200);
        Assert.Equal(801, (await user.WriteMessageAsync(session)).Number("sequence"));
        Assert.Equal([799, 800, 801], (await user.GetAsync($"{session}/messages?after=798")).Is(200).Items("messages").Select(message => message.Number("sequence")));
    }

    [Fact]
    public async Task A_message_takes_an_archived_session_up_again_whose_messages_are_packed()
    {
        var (user, session) = await StartConversationAsync(seed: 12, messages: 40);
        (await user.PostAsync($"{session}/archive", "")).Is(200);
        await service.PackAsync();
        Assert.Equal("40 40 0", await PlacesAsync(session));

        Assert.Equal(41, (await user.WriteMessageAsync(session)).Number("sequence"));

        Assert.Equal("active", (await user.GetAsync(session)).Is(200).Text("status"));
        Assert.Equal([40, 41], (await user.GetAsync($"{session}/messages?after=39")).Is(200).Items("messages").Select(message => message.Number("sequence")));
    }

    [Fact]
    public async Task What_is_new_or_not_digested_is_not_packed()
    {
        var (_, session) = await StartConversationAsync(seed: 2, messages: 600);

        Assert.DoesNotContain(await service.Packer.FindAsync(CancellationToken.None), found => session.EndsWith(found.SessionId.ToString(), StringComparison.Ordinal));
        await service.PackAsync();

        Assert.Equal("512 512 88", await PlacesAsync(session));
        Assert.Equal(0, await service.PackAsync());
    }

    [Fact]
    public async Task A_message_that_is_packed_is_found_by_its_own_id_and_its_key()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        var keyed = await user.PostAsync($"{session}/messages", """{"role":"user","content":"Keyed","metadata":{"n":1.50}}""", "key");
        string[] own = [.. Enumerable.Range(0, 300).Select(n => $$$"""{"message_id":"{{{NewId(n)}}}","role":"user","content":"Message {{{n}}}","metadata":{"n":{{{n}}}.0}}""")];
        var batch = (await user.PostAsync($"{session}/messages/batch", $$"""{"messages":[{{string.Join(',', own)}}]}""")).Is(201);
        await service.PackAsync();
        Assert.Equal("256 256 45", await PlacesAsync(session));

        var again = await user.PostAsync($"{session}/messages", own[100]);
        Assert.Equal("true", again.Headers["Idempotency-Replayed"]);
        JsonShape.AssertMatches(batch.Items("messages")[100].GetRawText(), again.Is(201));

        // A batch of which a part is packed and a part is not.
        var whole = await user.PostAsync($"{session}/messages/batch", $$"""{"messages":[{{string.Join(',', own)}}]}""");
        Assert.Equal("true", whole.Headers["Idempotency-Replayed"]);
        JsonShape.AssertMatches(batch.GetRawText(), whole.Is(201));

        var keyedAgain = await user.PostAsync($"{session}/messages", """{"role":"user","content":"Keyed","metadata":{"n":1.50}}""", "key");
        Assert.Equal("true", keyedAgain.Headers["Idempotency-Replayed"]);
        JsonShape.AssertMatches(keyed.Is(201).GetRawText(), keyedAgain.Is(201));

        (await user.PostAsync($"{session}/messages", own[100].Replace("Message", "Letter", StringComparison.Ordinal))).IsProblem(409, "message_id_taken");
        (await user.PostAsync($"{await user.StartSessionAsync()}/messages", own[100])).IsProblem(409, "message_id_taken");
        (await user.PostAsync($"{session}/messages", $$"""{"message_id":"{{keyed.Is(201).Text("message_id")}}","role":"user","content":"Mine"}""")).IsProblem(409, "message_id_taken");
        (await user.PostAsync($"{session}/messages/batch", $$"""{"messages":[{{own[1]}},{"role":"user","content":"New"}]}""")).IsProblem(409, "message_id_taken");
        Assert.Equal(301, (await user.GetAsync(session)).Is(200).Number("message_count"));

        // Others are free, and another user's are no matter.
        string[] others = [.. Enumerable.Range(0, 1_000).Select(n => $$"""{"message_id":"{{NewId(n)}}","role":"user","content":"Other"}""")];
        var added = (await user.PostAsync($"{session}/messages/batch", $$"""{"messages":[{{string.Join(',', others)}}]}""")).Is(201);
        Assert.Equal(1_301, added.Items("messages")[^1].Number("sequence"));
        var stranger = service.AsNewUser();
        (await stranger.PostAsync($"{await stranger.StartSessionAsync()}/messages", own[100])).Is(201);

        // Of both kinds: in the order of time and in none.
        static Guid NewId(int n) => n % 2 == 0 ? Guid.NewGuid() : Guid.CreateVersion7();
    }

    [Theory]
    [InlineData(nameof(PackingStep.Inserted))]
    [InlineData(nameof(PackingStep.Verified))]
    [InlineData(nameof(PackingStep.Deleted))]
    [InlineData(nameof(PackingStep.Advanced))]
    public async Task A_packer_that_dies_between_its_steps_leaves_everything_as_it_was(string step)
    {
        var (user, session) = await StartConversationAsync(seed: 3, messages: 300);
        var before = await ReadAsync(user, session);
        await using var database = new TestDatabase(service.ConnectionString);
        var dying = service.NewPacker(async reached =>
        {
            if (string.Equals(reached.ToString(), step, StringComparison.Ordinal))
            {
                await database.QueryAsync("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE state = 'idle in transaction' AND query LIKE '%dev.%' AND datname = current_database()");
            }
        });

        await service.DigestAsync();
        var due = Assert.Single(await dying.FindAsync(CancellationToken.None), found => session.EndsWith(found.SessionId.ToString(), StringComparison.Ordinal));

        // Whoever dies with the commit on its way does not know whether it was made.
        var death = await Assert.ThrowsAnyAsync<Exception>(() => dying.PackAsync(due, CancellationToken.None));
        Assert.IsType<Npgsql.NpgsqlException>(death is WriteOutcomeUnknownException ? death.InnerException : death, exactMatch: false);

        Assert.Equal("0 0 300", await PlacesAsync(session));
        Assert.Equal(before, await ReadAsync(user, session));
        Assert.NotEqual(0, await service.PackAsync());
        Assert.Equal("256 256 44", await PlacesAsync(session));
        Assert.Equal(before, await ReadAsync(user, session));
    }

    [Fact]
    public async Task A_segment_that_is_not_as_its_messages_takes_nothing_away()
    {
        var (user, session) = await StartConversationAsync(seed: 4, messages: 300);
        var before = await ReadAsync(user, session);
        await using var database = new TestDatabase(service.ConnectionString);
        await service.DigestAsync();
        var due = Assert.Single(await service.Packer.FindAsync(CancellationToken.None), found => session.EndsWith(found.SessionId.ToString(), StringComparison.Ordinal));

        // Between reading and locking, somebody changes a message behind everybody's back; then the rows and their copy differ.
        await database.ExecuteAsync(
            $"""
            CREATE FUNCTION change_one() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                UPDATE dev.session_messages SET tokens_used = tokens_used + 1 WHERE session_id = NEW.session_id AND sequence = 200; RETURN NEW; END $$;
            CREATE TRIGGER change_one BEFORE INSERT ON dev.message_segments FOR EACH ROW EXECUTE FUNCTION change_one()
            """);
        try
        {
            await Assert.ThrowsAsync<InvalidDataException>(() => service.Packer.PackAsync(due, CancellationToken.None));
        }
        finally
        {
            await database.ExecuteAsync("DROP TRIGGER change_one ON dev.message_segments; DROP FUNCTION change_one");
        }

        Assert.Equal("0 0 300", await PlacesAsync(session));
        Assert.Equal(before, await ReadAsync(user, session));
    }

    [Fact]
    public async Task Packers_and_writers_work_on_the_same_session_at_once()
    {
        var (user, session) = await StartConversationAsync(seed: 5, messages: 2_000);
        var before = (await user.GetAsync($"{session}/messages?after=0&limit=1000")).Text;
        await service.DigestAsync();
        var due = Assert.Single(await service.Packer.FindAsync(CancellationToken.None), found => session.EndsWith(found.SessionId.ToString(), StringComparison.Ordinal));

        using var stop = new CancellationTokenSource();
        var packers = Enumerable.Range(0, 3).Select(async _ =>
        {
            var made = 0;
            while (!stop.IsCancellationRequested)
            {
                made += await service.Packer.PackAsync(due, CancellationToken.None) ? 1 : 0;
            }

            return made;
        }).ToArray();
        var writers = Enumerable.Range(0, 4).Select(async _ =>
        {
            for (var i = 0; i < 25; i++)
            {
                // A packer that is held up keeps the session.
                await user.WriteOnceAsync($"{session}/messages", """{"role":"user","content":"Hello"}""");
            }
        });
        var reader = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                var list = (await user.GetAsync($"{session}/messages?after=900&limit=1000")).Is(200);
                Assert.Equal(Enumerable.Range(901, 1000).Select(n => (long)n), list.Items("messages").Select(message => message.Number("sequence")));
                Assert.True((await user.GetAsync($"{session}/messages?role=user&after=100&limit=1000")).Is(200).Number("total") >= 850);
            }
        });
        await Task.WhenAll(writers);
        await using var database = new TestDatabase(service.ConnectionString);
        while ((await PlacesAsync(session)).StartsWith("1792 ", StringComparison.Ordinal) is false)
        {
            Assert.DoesNotContain(packers, packer => packer.IsCompleted);
        }

        await stop.CancelAsync();
        await reader;

        Assert.Equal(7, (await Task.WhenAll(packers)).Sum());
        Assert.Equal("1792 1792 308", await PlacesAsync(session));
        Assert.Equal(before.Replace("\"total\":2000", "\"total\":2100", StringComparison.Ordinal), (await user.GetAsync($"{session}/messages?after=0&limit=1000")).Text);
        Assert.Equal(2_100, (await user.GetAsync(session)).Is(200).Number("message_count"));
    }

    [Fact]
    public async Task A_session_that_is_put_away_is_packed_whole_though_it_has_ended()
    {
        var (user, session) = await StartConversationAsync(seed: 7, messages: 300);
        (await user.DeleteAsync(session)).Is(200);
        await service.PackAsync();
        Assert.Equal("256 256 44", await PlacesAsync(session));

        (await user.PostAsync($"{session}/archive", "")).Is(200);
        await service.PackAsync();

        Assert.Equal("300 300 0", await PlacesAsync(session));
        Assert.Equal("ended", (await user.GetAsync(session)).Is(200).Text("status"));
    }

    [Fact]
    public async Task A_session_at_rest_is_packed_up_to_its_newest_messages_though_they_fill_no_segment()
    {
        var (_, session) = await StartConversationAsync(seed: 8, messages: 600);
        await service.DigestAsync();
        var packer = PackerOf(idleAfter: TimeSpan.Zero);

        var found = Assert.Single(await packer.FindAsync(CancellationToken.None), IsOfSession);
        Assert.DoesNotContain(await PackerOf(idleAfter: TimeSpan.FromDays(1)).FindAsync(CancellationToken.None), IsOfSession);
        Assert.True(await packer.PackAsync(found, CancellationToken.None));

        Assert.Equal("590 590 10", await PlacesAsync(session));
        Assert.DoesNotContain(await packer.FindAsync(CancellationToken.None), IsOfSession);

        bool IsOfSession(Packable packable) => session.EndsWith($"{packable.SessionId}", StringComparison.Ordinal);
    }

    private Packer PackerOf(TimeSpan idleAfter) => new(
        service.Services.GetRequiredService<Database>(),
        Options.Create(new PackingOptions { KeepNewest = 10, SegmentMessages = 2048, Level = 3, IdleAfter = idleAfter }),
        service.Services.GetRequiredService<PackingMetrics>(),
        TimeProvider.System);

    /// <summary>How many messages the session says are packed, how many the segments hold, and how many are rows.</summary>
    private async Task<string> PlacesAsync(string session)
    {
        await using var database = new TestDatabase(service.ConnectionString);
        var id = session.Split('/')[^1];
        return Assert.Single(await database.QueryAsync(
            $"""
            SELECT concat_ws(' ', s.packed_messages,
                (SELECT coalesce(sum(length(ids) / id_width), 0) FROM dev.message_segments WHERE session_id = '{id}'),
                (SELECT count(*) FROM dev.session_messages WHERE session_id = '{id}'))
            FROM dev.sessions AS s WHERE s.session_id = '{id}'
            """));
    }

    private static async Task<string[]> ReadAsync(ApiClient user, string session)
    {
        var answers = new List<string>();
        foreach (var query in Queries)
        {
            var answer = await user.GetAsync($"{session}/messages?{query}");
            answer.Is(200);
            answers.Add(string.Create(CultureInfo.InvariantCulture, $"{query}: {answer.Text}"));
        }

        return [.. answers];
    }

    private async Task<(ApiClient User, string Session)> StartConversationAsync(int seed, int messages)
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        foreach (var part in new Conversation(seed).Requests(messages).Chunk(1_000))
        {
            (await user.PostAsync($"{session}/messages/batch", $$"""{"messages":[{{string.Join(',', part)}}]}""")).Is(201);
        }

        return (user, session);
    }
}
