using System.Text.Json;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Messages;

public sealed class MessagesConcurrencyTests(ApiFixture service) : IClassFixture<ApiFixture>
{
    private const int Writers = 64;
    private const int MessagesEach = 5;
    private const string Message = """{"role":"user","content":"Hello","tokens_used":3,"cost_usd":0.0000000007}""";

    [Fact]
    public async Task Writers_at_once_leave_neither_gap_nor_repeat_and_the_right_totals()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, Writers).Select(async _ =>
        {
            var sequences = new List<long>();
            for (var i = 0; i < MessagesEach; i++)
            {
                sequences.Add((await user.WriteMessageAsync(session, Message)).Number("sequence"));
            }

            return sequences;
        }));

        const int Total = Writers * MessagesEach;
        var all = Enumerable.Range(1, Total).Select(i => (long)i);
        Assert.Equal(all, answers.SelectMany(sequences => sequences).Order());
        Assert.All(answers, sequences => Assert.Equal(sequences.Order(), sequences));
        Assert.Equal(all, (await ReadAllAsync(user, session)).Select(message => message.Number("sequence")));
        var read = (await user.GetAsync(session)).Is(200);
        Assert.Equal(Total, read.Number("message_count"));
        Assert.Equal(3 * Total, read.Number("total_tokens"));
        Assert.Equal("0.000000224", read.Raw("total_cost"));
    }

    [Fact]
    public async Task A_page_and_its_total_tell_of_one_moment()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        using var done = new CancellationTokenSource();
        var writing = Task.WhenAll(Enumerable.Range(0, 4).Select(async _ =>
        {
            for (var i = 0; i < 50; i++)
            {
                await user.WriteMessageAsync(session);
            }
        })).ContinueWith(_ => done.Cancel(), TaskScheduler.Default);

        while (!done.IsCancellationRequested)
        {
            var ascending = (await user.GetAsync($"{session}/messages?page_size=200")).Is(200);
            var descending = (await user.GetAsync($"{session}/messages?page_size=200&order=desc")).Is(200);
            var filtered = (await user.GetAsync($"{session}/messages?page_size=200&role=user")).Is(200);
            Assert.All([ascending, descending, filtered], list => Assert.Equal(list.Number("total"), list.Items("messages").Count));
        }

        await writing;
        Assert.Equal(200, (await user.GetAsync(session)).Is(200).Number("message_count"));
    }

    [Fact]
    public async Task Every_message_taken_by_a_session_that_is_ending_is_counted_in_it()
    {
        var user = service.AsNewUser();
        for (var round = 0; round < 5; round++)
        {
            var session = await user.StartSessionAsync();
            await user.WriteMessageAsync(session, Message);

            // Behind the end of the session a message may wait too long.
            var writing = Enumerable.Range(0, 20).Select(_ => user.PostOnceAsync($"{session}/messages", Message)).ToList();
            (await user.DeleteAsync(session)).Is(200);
            var late = await user.PostAsync($"{session}/messages", Message);
            var answers = await Task.WhenAll(writing);

            late.IsProblem(409, "session_ended");
            Assert.All(answers.Where(answer => answer.Status != 201), answer => answer.IsProblem(409, "session_ended"));
            var taken = answers.Count(answer => answer.Status == 201) + 1;
            var read = (await user.GetAsync(session)).Is(200);
            Assert.Equal("ended", read.Text("status"));
            Assert.Equal(taken, read.Number("message_count"));
            Assert.Equal(3 * taken, read.Number("total_tokens"));
            Assert.Equal(taken, (await ReadAllAsync(user, session)).Count);
        }
    }

    [Fact]
    public async Task Reading_on_by_position_while_others_write_gives_every_message_once()
    {
        const int Total = 400;
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        var writing = Task.WhenAll(Enumerable.Range(0, 8).Select(async writer =>
        {
            for (var i = 0; i < Total / 8; i++)
            {
                await user.WriteMessageAsync(session, $$"""{"role":"{{(writer % 2 == 0 ? "user" : "tool")}}","content":"Hello"}""");
            }
        }));

        var forwards = ReadForwardsAsync(user, session, Total, "");
        var filtered = ReadForwardsAsync(user, session, Total / 2, "&role=tool");
        var backwards = new List<long>();
        do
        {
            backwards = await ReadBackwardsAsync(user, session);
            Assert.Equal(Enumerable.Range(1, backwards.Count).Select(n => (long)n), backwards);
        }
        while (backwards.Count < Total);

        await writing;
        Assert.Equal(Enumerable.Range(1, Total).Select(n => (long)n), await forwards);
        Assert.Equal(
            (await ReadAllAsync(user, session)).Where(message => message.Text("role") == "tool").Select(message => message.Number("sequence")),
            await filtered);
    }

    private static async Task<List<long>> ReadForwardsAsync(ApiClient user, string session, int total, string filter)
    {
        var read = new List<long>();
        while (read.Count < total)
        {
            var list = (await user.GetAsync($"{session}/messages?after={(read.Count == 0 ? 0 : read[^1])}&limit=7{filter}")).Is(200);
            read.AddRange(list.Items("messages").Select(message => message.Number("sequence")));

            // The answer is of one moment: what it says of the rest agrees with what it holds.
            Assert.Equal(read.Count < list.Number("total"), list.GetProperty("has_more").GetBoolean());
        }

        return read;
    }

    private static async Task<List<long>> ReadBackwardsAsync(ApiClient user, string session)
    {
        var read = new List<long>();
        for (var before = long.MaxValue; ; before = read[0])
        {
            var list = (await user.GetAsync($"{session}/messages?before={before}&limit=50")).Is(200);
            read.InsertRange(0, list.Items("messages").Select(message => message.Number("sequence")));
            if (!list.GetProperty("has_more").GetBoolean())
            {
                return read;
            }
        }
    }

    private static async Task<List<JsonElement>> ReadAllAsync(ApiClient user, string session)
    {
        var messages = new List<JsonElement>();
        for (var page = 1; ; page++)
        {
            var items = (await user.GetAsync($"{session}/messages?page_size=200&page={page}")).Is(200).Items("messages");
            messages.AddRange(items);
            if (items.Count == 0)
            {
                return messages;
            }
        }
    }
}
