using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using SessionService.Infrastructure.Persistence;
using SessionService.Infrastructure.Search;
using SessionService.IntegrationTests.Databases;
using SessionService.IntegrationTests.Digests;
using SessionService.IntegrationTests.Hosting;
using SessionService.IntegrationTests.Sessions;

namespace SessionService.IntegrationTests.Search;

/// <summary>A service that digests when a test says so, with small segments, so that there are several and they are merged.</summary>
public sealed class SearchFixture : ApiFixture
{
    protected override IEnumerable<KeyValuePair<string, string>> Settings =>
        [.. DigestByHand.Settings, new("Digest:BatchSize", "7"), new("Search:MaxSegmentMessages", "20")];
}

public sealed class SearchEndpointTests(SearchFixture service) : IClassFixture<SearchFixture>
{
    [Fact]
    public async Task A_hit_has_the_shape_of_the_contract()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync("""{"metadata":{"topic":"pools"}}""");
        var message = await user.WriteMessageAsync(session, """{"role":"user","content":"How large should the connection pools be?","tokens_used":3}""");

        var answer = (await FindAsync(user, "pool")).Is(200);

        Assert.Equal("pool", answer.Text("query"));
        Assert.Equal(1, answer.Number("total_hits"));
        Assert.Equal(JsonValueKind.Null, answer.GetProperty("next_cursor").ValueKind);
        var found = Assert.Single(answer.Items("results"));
        var whole = (await user.GetAsync(session)).Is(200);
        Assert.All(whole.EnumerateObject(), field => Assert.Equal(field.Value.GetRawText(), found.Raw(field.Name)));
        var hit = Assert.Single(found.Items("hits"));
        Assert.Equal(
            ["content", "created_at", "message_id", "message_type", "rank", "role", "sequence", "session_id", "snippet"],
            hit.EnumerateObject().Select(field => field.Name).Order(StringComparer.Ordinal));
        foreach (var field in new[] { "content", "created_at", "message_id", "message_type", "role", "sequence", "session_id" })
        {
            Assert.Equal(message.Raw(field), hit.Raw(field));
        }

        Assert.Equal("How large should the connection <mark>pools</mark> be?", hit.Text("snippet"));
        Assert.InRange(hit.GetProperty("rank").GetDecimal(), 0.0001m, 1);
    }

    // Each both before and after the digest.
    [Theory]
    [InlineData("running", "She RUNS every day", "She <mark>RUNS</mark> every day")]
    [InlineData("cafe", "Le Café noir", "Le <mark>Café</mark> noir")]
    [InlineData("CAFÉ", "le cafe\u0301 noir", "le <mark>cafe\u0301</mark> noir")]
    [InlineData("Strasse", "Große Straße 5", "Große <mark>Straße</mark> 5")]
    [InlineData("привет", "ПРИВЕТ, мир", "<mark>ПРИВЕТ</mark>, мир")]
    [InlineData("中文", "我喜欢学习中文。", "我喜欢学习<mark>中文</mark>。")]
    [InlineData("学习中", "我喜欢学习中文。", "我喜欢<mark>学习中</mark>文。")]
    [InlineData("カタカナ", "ひらがなとカタカナ", "ひらがなと<mark>カタカナ</mark>")]
    [InlineData("한국", "저는 한국어를 배워요", "저는 <mark>한국</mark>어를 배워요")]
    [InlineData("ภาษา", "ฉันเรียนภาษาไทย", "ฉันเรียน<mark>ภาษา</mark>ไทย")]
    [InlineData("🎉", "Done 🎉!", "Done <mark>🎉</mark>!")]
    [InlineData("👍", "Yes 👍🏽 please", "Yes <mark>👍</mark>🏽 please")]
    [InlineData("€", "It costs 5 €", "It costs 5 <mark>€</mark>")]
    [InlineData("100%", "I am 100% sure", "I am <mark>100</mark>% sure")]
    [InlineData("snake_case_name", "call snake_case_name()", "call <mark>snake</mark>_<mark>case</mark>_<mark>name</mark>()")]
    [InlineData("name", "call snake_case_name()", "call snake_case_<mark>name</mark>()")]
    [InlineData("script", "<script>alert('x')</script>", "&lt;<mark>script</mark>&gt;alert(&#39;x&#39;)&lt;/<mark>script</mark>&gt;")]
    [InlineData("<script>alert('x')</script>", "<script>alert('x')</script>", "&lt;<mark>script</mark>&gt;<mark>alert</mark>(&#39;<mark>x</mark>&#39;)&lt;/<mark>script</mark>&gt;")]
    [InlineData("mark", "a <mark> & a \"quote\"", "a &lt;<mark>mark</mark>&gt; &amp; a &quot;quote&quot;")]
    [InlineData("'; DROP TABLE dev.sessions; --", "Robert'; DROP TABLE dev.sessions; --", "Robert&#39;; <mark>DROP</mark> <mark>TABLE</mark> <mark>dev</mark>.<mark>sessions</mark>; --")]
    [InlineData("o'brien", "Ask O'Brien", "Ask <mark>O</mark>&#39;<mark>Brien</mark>")]
    [InlineData("example.com", "mail bob@example.com now", "mail bob@<mark>example</mark>.<mark>com</mark> now")]
    [InlineData("/usr/local", "in /usr/local/bin", "in /<mark>usr</mark>/<mark>local</mark>/bin")]
    [InlineData("3.14", "pi is 3.14 or so", "pi is <mark>3.14</mark> or so")]
    [InlineData("well-known", "a well-known fact", "a <mark>well</mark>-<mark>known</mark> fact")]
    [InlineData("\"quick fox\" or \"lazy dog\"", "the lazy dog", "the <mark>lazy</mark> <mark>dog</mark>")]
    [InlineData("“lazy dog”", "the lazy dog", "the <mark>lazy</mark> <mark>dog</mark>")]
    [InlineData("\"dog of war\"", "the dogs of war", "the <mark>dogs</mark> of <mark>war</mark>")]
    [InlineData("IT", "The IT department", "The <mark>IT</mark> department")]
    [InlineData("who", "Ask who, not what", "Ask <mark>who</mark>, not what")]
    [InlineData("\"the who\"", "I like The Who", "I like <mark>The</mark> <mark>Who</mark>")]
    [InlineData("who or whom", "for whom", "for <mark>whom</mark>")]
    [InlineData("the -things", "The end", "<mark>The</mark> end")]
    [InlineData("zebra*", "two zebrafishes", "two <mark>zebrafishes</mark>")]
    [InlineData("Zébra*", "two zebras", "two <mark>zebras</mark>")]
    [InlineData("manage*", "project management", "project <mark>management</mark>")]
    [InlineData("runni*", "he was running", "he was <mark>running</mark>")]
    [InlineData("python3*", "on python3.11, today", "on <mark>python3.11</mark>, today")]
    [InlineData("python3.1*", "on python3.11, today", "on <mark>python3.11</mark>, today")]
    [InlineData("gpt-4*", "asked gpt-4o", "asked <mark>gpt</mark>-<mark>4o</mark>")]
    [InlineData("gpt-4*", "asked GPT-4.1", "asked <mark>GPT</mark>-<mark>4.1</mark>")]
    [InlineData("whe*", "tell me when", "tell me <mark>when</mark>")]
    [InlineData("中*", "我喜欢学习中文。", "我喜欢学习<mark>中</mark>文。")]
    [InlineData("python3", "on python3.11, today", "on <mark>python3.11</mark>, today")]
    [InlineData("v1", "use v1.2.3 now", "use <mark>v1.2.3</mark> now")]
    [InlineData("python3.11", "on python3.11, today", "on <mark>python3.11</mark>, today")]
    [InlineData("\"on python3\"", "only on python3.11", "only on <mark>python3.11</mark>")]
    [InlineData("\"unclosed quote", "an unclosed quote", "an <mark>unclosed</mark> <mark>quote</mark>")]
    public async Task Hard_texts_are_found_and_marked(string query, string text, string snippet)
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        await user.WriteMessageAsync(session, Message("Something else entirely"));
        await user.WriteMessageAsync(session, Message(text));

        var before = (await FindAsync(user, query)).Is(200);
        await service.DigestAsync();
        var after = (await FindAsync(user, query)).Is(200);

        Assert.Equal(before.GetRawText(), after.GetRawText());
        Assert.Equal(1, after.Number("total_hits"));
        Assert.Equal(snippet, Assert.Single(Hits(after)).Text("snippet"));
        Assert.Equal(text, Hits(after)[0].Text("content"));
    }

    [Theory]
    [InlineData("%")]
    [InlineData("_")]
    [InlineData("-")]
    [InlineData("\"\"")]
    [InlineData("nowhere")]
    [InlineData("who")]
    [InlineData("\"noir café\"")]
    [InlineData("文中")]
    [InlineData("coffee -café")]
    [InlineData("café -\"café noir\"")]
    public async Task What_is_not_there_is_not_found(string query)
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        await user.WriteMessageAsync(session, Message("The café noir 中文, or coffee 100%_"));

        var answer = (await FindAsync(user, query)).Is(200);

        Assert.Equal(0, answer.Number("total_hits"));
        Assert.Empty(answer.Items("results"));
    }

    [Fact]
    public async Task Words_can_be_joined_and_excluded()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        foreach (var text in new[] { "red apples", "green apples", "red pears", "blue" })
        {
            await user.WriteMessageAsync(session, Message(text));
        }

        Assert.Equal(["red apples"], await ContentsAsync(user, "apple red"));
        Assert.Equal(["green apples"], await ContentsAsync(user, "apple -red"));
        Assert.Equal(["green apples", "red apples", "red pears"], await ContentsAsync(user, "apple or pear"));
        Assert.Equal(["blue", "red pears"], await ContentsAsync(user, "-apple"));
        Assert.All(Hits((await FindAsync(user, "-apple")).Is(200)), hit => Assert.Equal("0", hit.Raw("rank")));
    }

    [Fact]
    public async Task Summaries_and_memories_are_found_as_they_are_now()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        (await user.PutAsync(session, """{"session_summary":"About zebras"}""")).Is(200);
        (await user.PostAsync($"{session}/memory", """{"content":"Likes zebras & lions"}""")).Is(201);

        var hits = Hits((await FindAsync(user, "zebra")).Is(200));
        Assert.Equal(["memory", "summary"], hits.Select(hit => hit.Text("message_type")).Order(StringComparer.Ordinal));
        Assert.All(hits, hit => Assert.Equal(["null", "null", "null"], new[] { hit.Raw("message_id"), hit.Raw("sequence"), hit.Raw("role") }));
        Assert.Equal(["Likes <mark>zebras</mark> &amp; lions"], Hits((await FindAsync(user, "zebra", "message_type=memory")).Is(200)).Select(hit => hit.Text("snippet")));
        Assert.Empty(Hits((await FindAsync(user, "zebra", "role=user")).Is(200)));

        (await user.PutAsync(session, """{"session_summary":"About giraffes"}""")).Is(200);
        (await user.PostAsync($"{session}/memory", """{"content":"Likes giraffes"}""")).Is(200);
        Assert.Empty(Hits((await FindAsync(user, "zebra")).Is(200)));
        Assert.Equal(2, (await FindAsync(user, "giraffe")).Is(200).Number("total_hits"));
    }

    [Fact]
    public async Task Many_summaries_are_each_found_once_whichever_of_them_change()
    {
        var user = service.AsNewUser();
        await using var database = new TestDatabase(service.ConnectionString);
        await database.ExecuteAsync(SessionRows.Insert(user, 1_000, "now()"));
        await database.ExecuteAsync($"UPDATE dev.sessions SET session_summary = 'About zebras' WHERE user_id = '{user.UserId}'");
        var some = await database.QueryAsync($"SELECT session_id FROM dev.sessions WHERE user_id = '{user.UserId}' ORDER BY session_id LIMIT 3");

        Assert.Equal(1_000, (await FindAsync(user, "zebra")).Is(200).Number("total_hits"));
        foreach (var id in some)
        {
            (await user.PutAsync($"/api/v1/sessions/{id}", """{"session_summary":"About giraffes"}""")).Is(200);
        }

        Assert.Equal(997, (await FindAsync(user, "zebra")).Is(200).Number("total_hits"));
        Assert.Equal(some.Order(), Hits((await FindAsync(user, "giraffe")).Is(200)).Select(hit => hit.Text("session_id")).Order());
        Assert.Equal(0, (await FindAsync(service.AsNewUser(), "zebra")).Is(200).Number("total_hits"));
    }

    [Fact]
    public async Task Filters_choose_among_the_hits()
    {
        var user = service.AsNewUser();
        var (first, second) = (await user.StartSessionAsync(), await user.StartSessionAsync("""{"metadata":{"topic":"fruit"}}"""));
        await user.WriteMessageAsync(first, """{"role":"user","content":"apple one","created_at":"2024-01-01T00:00:00Z"}""");
        await user.WriteMessageAsync(first, """{"role":"tool","content":"apple two","message_type":"tool_result","created_at":"2024-02-01T00:00:00Z"}""");
        await service.DigestAsync();
        await user.WriteMessageAsync(second, """{"role":"assistant","content":"apple three","created_at":"2024-03-01T00:00:00Z"}""");
        (await user.DeleteAsync(second)).Is(200);

        Assert.Equal(["apple one"], await ContentsAsync(user, "apple", "role=user"));
        Assert.Equal(["apple two"], await ContentsAsync(user, "apple", "message_type=tool_result"));
        Assert.Equal(["apple two"], await ContentsAsync(user, "apple", "from=2024-02-01T00:00:00Z&to=2024-03-01T00:00:00Z"));
        Assert.Equal(["apple three"], await ContentsAsync(user, "apple", "status=ended"));
        Assert.Equal(["apple one", "apple two"], await ContentsAsync(user, "apple", "active_only=true"));
        Assert.Equal(["apple three"], await ContentsAsync(user, "apple", "status=ended,archived&created_after=2024-01-01&metadata.topic=fruit"));
        Assert.Empty(await ContentsAsync(user, "apple", "created_before=2024-01-01"));
        Assert.Empty(await ContentsAsync(user, "apple", "starred=true"));
        (await user.PostAsync($"{first}/star", "")).Is(200);
        Assert.Equal(["apple one", "apple two"], await ContentsAsync(user, "apple", "starred=true"));
    }

    [Fact]
    public async Task A_search_can_be_within_one_session()
    {
        var user = service.AsNewUser();
        var (first, second) = (await user.StartSessionAsync(), await user.StartSessionAsync());
        await user.WriteMessageAsync(first, Message("apple one"));
        await user.WriteMessageAsync(second, Message("apple two"));
        (await user.PostAsync($"{second}/memory", """{"content":"apple three"}""")).Is(201);
        await service.DigestAsync();
        await user.WriteMessageAsync(second, Message("apple four"));

        Assert.Equal(["apple one"], await ContentsAsync(user, "apple", $"session_id={first[^36..]}"));
        Assert.Equal(["apple four", "apple three", "apple two"], await ContentsAsync(user, "apple", $"session_id={second[^36..]}"));
        Assert.Empty(await ContentsAsync(user, "apple", $"session_id={first[^36..]}&role=assistant"));
        Assert.Empty(await ContentsAsync(user, "apple", $"session_id={Guid.NewGuid()}"));
        Assert.Empty(await ContentsAsync(service.AsNewUser(), "apple", $"session_id={first[^36..]}"));

        var cursor = (await FindAsync(user, "apple", $"limit=1&session_id={second[^36..]}")).Is(200).Text("next_cursor");
        Assert.Equal(2, (await ContentsAsync(user, "apple", $"session_id={second[^36..]}&cursor={cursor}")).Count());
        (await FindAsync(user, "apple", $"session_id={first[^36..]}&cursor={cursor}")).IsInvalid("cursor");
        (await FindAsync(user, "apple", "session_id=first")).IsInvalid("session_id");
    }

    [Fact]
    public async Task Nobody_finds_what_is_anothers()
    {
        var (user, other) = (service.AsNewUser(), service.AsNewUser());
        await user.WriteMessageAsync(await user.StartSessionAsync(), Message("the secret zebra"));
        await other.WriteMessageAsync(await other.StartSessionAsync(), Message("no zebra of mine"));
        for (var i = 0; i < 2; i++)
        {
            Assert.Equal(["no zebra of mine"], await ContentsAsync(other, "zebra"));
            Assert.Empty(await ContentsAsync(service.AsNewUser(), "zebra"));
            await service.DigestAsync();
        }

        (await service.AsNobody().GetAsync("/api/v1/sessions/search?q=zebra")).IsInvalid("user_id");
    }

    [Fact]
    public async Task Pages_within_a_session_hold_each_hit_once_while_others_are_written_digested_and_merged()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        var expected = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < 60; i++)
        {
            // Many are equally good, and written at the same time.
            var message = await user.WriteMessageAsync(
                session, $$"""{"role":"user","content":"apple {{string.Concat(Enumerable.Repeat("word ", i % 4))}}","created_at":"2024-01-01T00:00:00Z"}""");
            expected.Add(message.Text("message_id"));
        }

        var found = new List<string>();
        string? cursor = null;
        var pages = 0;
        do
        {
            var answer = (await FindAsync(user, "apple", $"session_id={session[^36..]}&limit=7{(cursor is null ? "" : $"&cursor={cursor}")}")).Is(200);
            found.AddRange(Hits(answer).Select(hit => hit.Text("message_id")));
            Assert.Equal(60 + pages, answer.Number("total_hits"));
            cursor = answer.GetProperty("next_cursor").GetString();
            pages++;
            await user.WriteMessageAsync(session, """{"role":"user","content":"apple","created_at":"2024-06-01T00:00:00Z"}""");
            await service.DigestAsync();
        }
        while (cursor is not null);

        Assert.Equal(found.Count, found.Distinct(StringComparer.Ordinal).Count());
        Assert.Empty(expected.Except(found, StringComparer.Ordinal));
    }

    [Fact]
    public async Task Nothing_is_missed_or_found_twice_while_it_is_written_and_digested()
    {
        var user = service.AsNewUser();
        var sessions = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => user.StartSessionAsync()));
        var acknowledged = 0;
        var begun = 0;

        var writing = Task.WhenAll(sessions.Select(async session =>
        {
            for (var i = 0; i < 40; i++)
            {
                Interlocked.Increment(ref begun);
                // A digest that is held up keeps the session.
                await user.WriteOnceAsync($"{session}/messages", Message("apple"));
                Interlocked.Increment(ref acknowledged);
            }
        }));
        var digesting = Task.Run(async () =>
        {
            while (!writing.IsCompleted)
            {
                await service.DigestOnceAsync();
            }
        });
        while (!writing.IsCompleted)
        {
            var atLeast = Volatile.Read(ref acknowledged);
            var found = (await FindAsync(user, "apple", "limit=1")).Is(200).Number("total_hits");
            Assert.InRange(found, atLeast, Volatile.Read(ref begun));
        }

        await Task.WhenAll(writing, digesting);
        Assert.Equal(160, (await FindAsync(user, "apple")).Is(200).Number("total_hits"));
    }

    [Fact]
    public async Task What_is_too_much_for_one_search_is_digested_by_it()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        for (var i = 0; i < 3; i++)
        {
            (await user.PostAsync($"{session}/messages/batch", $$"""{"messages":[{{string.Join(',', Enumerable.Repeat(Message("apple"), 700))}}]}""")).Is(201);
        }

        Assert.Equal(2100, (await FindAsync(user, "apple")).Is(200).Number("total_hits"));

        await using var database = new TestDatabase(service.ConnectionString);
        Assert.Equal(["true"], await database.QueryAsync($"SELECT digested_messages BETWEEN 100 AND 200 FROM dev.sessions WHERE user_id = '{user.UserId}'"));
    }

    [Fact]
    public async Task A_users_segments_are_few_and_hold_every_message_once()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        for (var i = 1; i <= 50; i++)
        {
            await user.WriteMessageAsync(session, Message($"apple number{i}"));
            await service.DigestAsync();
        }

        await using var database = new TestDatabase(service.ConnectionString);
        var sizes = await database.QueryAsync($"SELECT message_count FROM dev.search_segments WHERE user_id = '{user.UserId}'");

        Assert.InRange(sizes.Length, 3, 8);
        Assert.Equal(50, sizes.Sum(size => int.Parse(size, System.Globalization.CultureInfo.InvariantCulture)));
        Assert.Equal(50, (await FindAsync(user, "apple")).Is(200).Number("total_hits"));
        for (var i = 1; i <= 50; i++)
        {
            Assert.Equal([$"apple number{i}"], await ContentsAsync(user, $"\"apple number{i}\""));
        }
    }

    [Fact]
    public async Task What_is_taken_out_of_the_index_is_found_no_more()
    {
        var user = service.AsNewUser();
        var (session, other) = (await user.StartSessionAsync(), await user.StartSessionAsync());
        for (var i = 1; i <= 3; i++)
        {
            await user.WriteMessageAsync(session, Message($"apple number{i}"));
        }

        await user.WriteMessageAsync(other, Message("apple elsewhere"));
        await service.DigestAsync();

        await using (var connection = new NpgsqlConnection(service.ConnectionString))
        {
            await connection.OpenAsync();
            await using var transaction = await connection.BeginTransactionAsync();
            await service.Services.GetRequiredService<SearchSegments>().RemoveAsync(
                new Sql(connection), user.UserId, message => $"{message.SessionId}" == session[^36..] && message.Sequence is 1 or 3, CancellationToken.None);
            await transaction.CommitAsync();
        }

        Assert.Equal(["apple elsewhere", "apple number2"], await ContentsAsync(user, "apple"));
        await user.WriteMessageAsync(session, Message("apple number4"));
        await service.DigestAsync();
        Assert.Equal(["apple elsewhere", "apple number2", "apple number4"], await ContentsAsync(user, "apple"));
    }

    [Fact]
    public async Task A_long_text_is_found_by_its_last_word_and_by_its_phrases()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        var text = string.Join(' ', Enumerable.Range(0, 90_000).Select(i => $"w{i}")) + " the very last zebra";
        await user.WriteMessageAsync(session, Message(text));

        foreach (var query in new[] { "\"last zebra\"", "\"w89998 w89999\"", "w1 w45000", "w0" })
        {
            Assert.Equal(1, (await FindAsync(user, query)).Is(200).Number("total_hits"));
        }

        await service.DigestAsync();
        var hit = Assert.Single(Hits((await FindAsync(user, "zebra")).Is(200)));
        Assert.EndsWith("the very last <mark>zebra</mark>", hit.Text("snippet"), StringComparison.Ordinal);
        Assert.StartsWith("…", hit.Text("snippet"), StringComparison.Ordinal);
        Assert.InRange(hit.Text("snippet").Length, 50, 300);
        Assert.Equal(0, (await FindAsync(user, "\"w5 w4\"")).Is(200).Number("total_hits"));
    }

    [Theory]
    [InlineData("", "q")]
    [InlineData("q=", "q")]
    [InlineData("q=%20", "q")]
    [InlineData("q=%00", "q")]
    [InlineData("q=x&role=robot", "role")]
    [InlineData("q=x&status=lost", "status")]
    [InlineData("q=x&limit=0", "limit")]
    [InlineData("q=x&limit=101", "limit")]
    [InlineData("q=x&hits_per_session=0", "hits_per_session")]
    [InlineData("q=x&hits_per_session=21", "hits_per_session")]
    [InlineData("q=x&message_type=123456789012345678901234567890123456789012345678901", "message_type")]
    [InlineData("q=x&from=yesterday", "from")]
    [InlineData("q=x&cursor=AAAA", "cursor")]
    public async Task What_cannot_be_searched_for_is_named(string query, string field)
    {
        (await service.AsNewUser().GetAsync($"/api/v1/sessions/search?{query}")).IsInvalid(field);
    }

    [Fact]
    public async Task The_longest_queries_are_answered_and_longer_ones_refused()
    {
        var user = service.AsNewUser();
        await user.WriteMessageAsync(await user.StartSessionAsync(), Message("apple"));

        foreach (var word in new[] { "a ", "-a ", "\"a b\" ", "学", "(", "'", "a or ", "&|!<->:* ", "ﷲ", "ﷺ" })
        {
            (await FindAsync(user, string.Concat(Enumerable.Repeat(word, 500))[..500])).Is(200);
        }

        (await FindAsync(user, new string('a', 501))).IsInvalid("q");
    }

    [Fact]
    public async Task A_cursor_belongs_to_its_query_and_filters()
    {
        var user = service.AsNewUser();
        await user.WriteMessageAsync(await user.StartSessionAsync(), Message("apple one"));
        await user.WriteMessageAsync(await user.StartSessionAsync(), Message("apple two"));
        var cursor = (await FindAsync(user, "apple", "limit=1")).Is(200).Text("next_cursor");

        Assert.Single(Hits((await FindAsync(user, "apple", $"cursor={cursor}")).Is(200)));
        (await FindAsync(user, "apples", $"cursor={cursor}")).IsInvalid("cursor");
        (await FindAsync(user, "apple", $"role=user&cursor={cursor}")).IsInvalid("cursor");
    }

    private static Task<Answer> FindAsync(ApiClient user, string query, string filters = "") =>
        user.GetAsync($"/api/v1/sessions/search?q={Uri.EscapeDataString(query)}&{filters}");

    private static async Task<IEnumerable<string>> ContentsAsync(ApiClient user, string query, string filters = "") =>
        Hits((await FindAsync(user, query, filters)).Is(200)).Select(hit => hit.Text("content")).Order(StringComparer.Ordinal);

    private static IReadOnlyList<JsonElement> Hits(JsonElement answer) => [.. answer.Items("results").SelectMany(result => result.Items("hits"))];

    private static string Message(string content) => JsonSerializer.Serialize(new { role = "user", content });
}
