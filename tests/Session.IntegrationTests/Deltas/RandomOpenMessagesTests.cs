using SessionService.IntegrationTests.Digests;
using SessionService.IntegrationTests.Hosting;
using static SessionService.IntegrationTests.Deltas.OpenMessages;

namespace SessionService.IntegrationTests.Deltas;

/// <summary>Random conversations with messages in progress, compared with lists in memory after each step.</summary>
public sealed class RandomOpenMessagesTests(RandomOpenMessagesTests.Fixture service) : IClassFixture<RandomOpenMessagesTests.Fixture>
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Lists_show_what_is_before_the_first_message_in_progress(int seed)
    {
        var random = new Random(seed);
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        var all = new List<Written>();
        var path = new List<Written>();
        for (var step = 0; step < 120; step++)
        {
            var open = all.Where(message => message.IsOpen).ToList();
            switch (random.Next(12))
            {
                case 0 or 1:
                    await WriteAsync($"m{step}", isOpen: false);
                    break;
                case 2 or 3 when open.Count < 4:
                    await WriteAsync("", isOpen: true);
                    break;
                case 4 or 5 or 6 when open.Count > 0:
                    var grown = open[random.Next(open.Count)];
                    (await user.GrowAsync($"{session}/messages/{grown.Sequence}", grown.Deltas, $"d{step}")).Is(200);
                    (grown.Content, grown.Deltas) = (grown.Content + $"d{step}", grown.Deltas + 1);
                    break;
                case 7 or 8 when open.Count > 0:
                    var closed = open[random.Next(open.Count)];
                    (await user.CompleteAsync($"{session}/messages/{closed.Sequence}", """{"tokens_used":1}""")).Is(200);
                    (closed.IsOpen, closed.Tokens) = (false, 1);
                    break;
                case 9 when path.Count > 0:
                    var kept = random.Next(path.Count + 1);
                    var to = kept == 0 ? 0 : path[kept - 1].Sequence;
                    (await user.PostAsync($"{session}/rewind", $$"""{"to_sequence":{{to}}}""")).Is(200);
                    path = path[..kept];
                    break;
                case 10 when path.Exists(message => !message.IsOpen):
                    var removed = path.First(message => !message.IsOpen);
                    (await user.DeleteAsync($"{session}/messages/{removed.Sequence}?mode=remove")).Is(200);
                    path.Remove(removed);
                    break;
                case 11 when step % 3 == 0:
                    service.Clock.Set(new LaterClock());
                    await service.Abandoned.CloseAsync(TimeSpan.FromMinutes(5), CancellationToken.None);
                    service.Clock.Set(TimeProvider.System);
                    open.ForEach(message => message.IsOpen = false);
                    break;
                default:
                    await service.DigestAsync();
                    break;
            }

            var shown = path.TakeWhile(message => !message.IsOpen).Select(message => message.Content);
            var list = (await user.GetAsync($"{session}/messages?page_size=200")).Is(200);
            Assert.Equal(shown, list.Items("messages").Select(message => message.Text("content")));
            Assert.Equal(list.Items("messages").Count, list.Number("total"));
            var whole = (await user.GetAsync($"{session}/messages?include=in_progress&page_size=200")).Is(200);
            Assert.Equal(path.Select(message => message.Content), whole.Items("messages").Select(message => message.Text("content")));
            var read = (await user.GetAsync(session)).Is(200);
            Assert.Equal((all.Count, path.Count), (read.Number("message_count"), read.Number("visible_messages")));
            Assert.Equal(all.Sum(message => message.Tokens), read.Number("total_tokens"));
        }

        async Task WriteAsync(string content, bool isOpen)
        {
            var json = isOpen ? Open : $$"""{"role":"user","content":"{{content}}"}""";
            var message = new Written((await user.WriteMessageAsync(session, json)).Number("sequence")) { Content = content, IsOpen = isOpen };
            all.Add(message);
            path.Add(message);
        }
    }

    private sealed class Written(long sequence)
    {
        public long Sequence { get; } = sequence;

        public string Content { get; set; } = "";

        public bool IsOpen { get; set; }

        public int Deltas { get; set; }

        public int Tokens { get; set; }
    }

    public sealed class Fixture : AbandonmentFixture
    {
        protected override IEnumerable<KeyValuePair<string, string>> Settings => DigestByHand.Settings;
    }
}
