using SessionService.IntegrationTests.Hosting;
using static SessionService.IntegrationTests.Deltas.OpenMessages;

namespace SessionService.IntegrationTests.Deltas;

public sealed class OpenMessagesConcurrencyTests(AbandonmentFixture service) : IClassFixture<AbandonmentFixture>
{
    [Fact]
    public async Task Two_writers_of_the_same_deltas_store_each_of_them_once()
    {
        var user = service.AsNewUser();
        var message = await user.OpenAsync(await user.StartSessionAsync());
        string[] lines = [.. Enumerable.Range(0, 200).Select(i => Line(i, $"{i},"))];

        var answers = await Task.WhenAll(
            user.SendLinesAsync(message, lines),
            user.SendLinesAsync(message, lines),
            WriteOneByOneAsync(),
            WriteOneByOneAsync());

        Assert.All(answers, answer => Assert.Equal(200, answer.Is(200).Number("next_index")));
        Assert.Equal(string.Concat(Enumerable.Range(0, 200).Select(i => $"{i},")), (await user.CompleteAsync(message)).Is(200).Text("content"));

        async Task<Answer> WriteOneByOneAsync()
        {
            Answer? last = null;
            for (var i = 0; i < 200; i++)
            {
                last = await user.GrowAsync(message, i, $"{i},");
                Assert.True(last.Status == 200, last.Text);
            }

            return last!;
        }
    }

    [Fact]
    public async Task Of_many_who_complete_a_message_at_once_one_does_and_its_tokens_count_once()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        for (var round = 1; round <= 10; round++)
        {
            var message = await user.OpenAsync(session);

            var answers = await Task.WhenAll(Enumerable.Range(1, 6).Select(
                i => user.CompleteAsync(message, $$"""{"content":"{{i}}","tokens_used":10}""")));

            var won = Assert.Single(answers, answer => answer.Status == 200);
            Assert.All(answers.Where(answer => answer != won), answer => answer.IsProblem(409, "message_closed"));
            Assert.Equal(won.Is(200).Text("content"), (await user.GetAsync(message)).Is(200).Text("content"));
            Assert.Equal(10 * round, (await user.GetAsync(session)).Is(200).Number("total_tokens"));
        }
    }

    [Fact]
    public async Task Every_delta_that_was_acknowledged_is_in_the_message()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        for (var round = 0; round < 10; round++)
        {
            var message = await user.OpenAsync(session);
            var stored = 0;
            var writing = Task.Run(async () =>
            {
                for (var i = 0; ; i++)
                {
                    // Behind the end of the message a delta may wait too long.
                    var answer = await user.PostOnceAsync($"{message}/deltas", Line(i, $"{i},"));
                    if (answer.Status != 200)
                    {
                        answer.IsProblem(409, "message_closed");
                        return i;
                    }

                    Volatile.Write(ref stored, i + 1);
                }
            });
            await Eventually.IsSoAsync(() => Task.FromResult(Volatile.Read(ref stored) > 3));

            var whole = (await user.CompleteAsync(message)).Is(200);

            Assert.Equal(string.Concat(Enumerable.Range(0, await writing).Select(i => $"{i},")), whole.Text("content"));
        }
    }

    [Fact]
    public async Task Whoever_completes_a_message_and_the_job_have_one_outcome()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        for (var round = 1; round <= 10; round++)
        {
            var message = await user.OpenAsync(session, """{"role":"assistant","status":"in_progress","tokens_used":10}""");
            await user.GrowAsync(message, "Tea");
            service.Clock.Set(new LaterClock());
            var closing = service.Abandoned.CloseAsync(TimeSpan.FromMinutes(5), CancellationToken.None);
            var answer = await user.CompleteAsync(message);
            await closing;
            service.Clock.Set(TimeProvider.System);

            var read = (await user.GetAsync(message)).Is(200);
            Assert.Equal(answer.Status == 200 ? "completed" : "incomplete", read.Text("status"));
            Assert.Equal("Tea", read.Text("content"));
            Assert.Equal(10 * round, (await user.GetAsync(session)).Is(200).Number("total_tokens"));
        }
    }

    [Fact]
    public async Task Messages_that_are_opened_and_completed_among_others_leave_neither_gap_nor_wrong_total()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        using var done = new CancellationTokenSource();
        var reading = ReadAsync();

        await Task.WhenAll(Enumerable.Range(0, 8).Select(async writer =>
        {
            for (var i = 0; i < 10; i++)
            {
                if ((writer + i) % 2 == 0)
                {
                    // Behind the ends of other messages a message may wait too long.
                    await user.WriteOnceAsync($"{session}/messages", """{"role":"user","content":"Whole","tokens_used":1}""");
                    continue;
                }

                var message = $"{session}/messages/{(await user.WriteOnceAsync($"{session}/messages", Open)).Number("sequence")}";
                await user.GrowAsync(message, "Who", "le");
                (await user.CompleteAsync(message, """{"tokens_used":1}""")).Is(200);
            }
        }));

        await done.CancelAsync();
        Assert.Equal(Enumerable.Range(1, 80).Select(i => (long)i), await reading);
        var read = (await user.GetAsync(session)).Is(200);
        Assert.Equal((80, 80), (read.Number("message_count"), read.Number("total_tokens")));

        // Reads by position for as long as there are writers.
        async Task<List<long>> ReadAsync()
        {
            var all = new List<long>();
            for (var isLast = false; !isLast;)
            {
                isLast = done.IsCancellationRequested;
                var page = (await user.GetAsync($"{session}/messages?after={all.LastOrDefault()}&limit=1000")).Is(200).Items("messages");
                Assert.All(page, message => Assert.Equal(("completed", "Whole"), (message.Text("status"), message.Text("content"))));
                all.AddRange(page.Select(message => message.Number("sequence")));
            }

            return all;
        }
    }
}
