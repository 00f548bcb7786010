using SessionService.Client;
using SessionService.ClientTests.Hosting;

namespace SessionService.ClientTests.Live;

[Collection("service")]
public sealed class LiveSessionTests(ServiceProcess service)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task Over_connections_that_are_cut_a_follower_is_told_everything_once_and_in_order()
    {
        var user = $"user-{Guid.NewGuid():N}";
        var client = service.Client(options => options.UserId = user);
        await using var proxy = new CuttingProxy(() => service.Address, bytes: 4_000);
        var follower = service.Client(options =>
        {
            options.UserId = user;
            options.Address = proxy.Address;
            options.Retries.Delay = TimeSpan.FromMilliseconds(10);
            options.Retries.MaxDelay = TimeSpan.FromMilliseconds(50);
        });
        var session = (await client.Sessions.CreateAsync()).SessionId;
        using var patience = new CancellationTokenSource(Patience);
        var grown = new TaskCompletionSource();
        var messages = new List<long>();
        var deltas = new List<(long Sequence, int Index, string? Text)>();
        var following = Task.Run(async () =>
        {
            await foreach (var told in follower.Live.FollowSessionAsync(session, "0", patience.Token))
            {
                if (told is DeltaEvent delta)
                {
                    deltas.Add((delta.Sequence, delta.Index, delta.Text));
                    if (deltas.Count == 60)
                    {
                        grown.SetResult();
                    }
                }
                else if (told is MessageEvent { Message: var message })
                {
                    messages.Add(message.Sequence);
                }
            }
        });

        for (var number = 1; number <= 40; number++)
        {
            await client.Messages.AppendAsync(session, new() { Role = MessageRole.User, Content = $"Message {number}" });
        }

        var writer = await client.Messages.OpenAsync(session, new() { Role = MessageRole.Assistant });
        for (var number = 0; number < 60; number++)
        {
            await writer.AddTextAsync($"{number} ");
        }

        await Task.WhenAny(grown.Task, following);
        var whole = await writer.CompleteAsync(new() { TokensUsed = 7 });
        await client.Erasure.EraseSessionAsync(session);
        await following;

        Assert.Equal([.. Enumerable.Range(1, 41).Select(number => (long)number), 41], messages);
        Assert.Equal(Enumerable.Range(0, 60).Select(number => (41L, number, $"{number} ")), deltas.Select(delta => (delta.Sequence, delta.Index, delta.Text!)));
        Assert.Equal((string.Concat(deltas.Select(delta => delta.Text)), MessageStatus.Completed), (whole.Content, whole.Status));
        Assert.InRange(proxy.Cuts, 3, int.MaxValue);
    }

    [Fact]
    public async Task Many_deltas_in_one_request_are_followed_as_they_are_sent()
    {
        var client = service.Client();
        var session = (await client.Sessions.CreateAsync()).SessionId;
        var message = (await client.Messages.OpenAsync(session, new() { Role = MessageRole.Assistant })).Message;
        using var patience = new CancellationTokenSource(Patience);
        var next = new SemaphoreSlim(1);
        var adding = client.Messages.AddDeltasAsync(session, message.Sequence, DeltasAsync(), patience.Token);

        var seen = new List<int>();
        await foreach (var told in client.Live.FollowSessionAsync(session, "0", patience.Token))
        {
            if (told is DeltaEvent delta)
            {
                seen.Add(delta.Index);
                next.Release();
                if (seen.Count == 5)
                {
                    break;
                }
            }
        }

        Assert.Equal(5, (await adding).NextIndex);
        Assert.Equal([0, 1, 2, 3, 4], seen);
        await using (var stream = await client.Live.StreamAnswerAsync(session))
        {
            using var reader = new StreamReader(stream!);
            Assert.StartsWith("retry:", await reader.ReadLineAsync(), StringComparison.Ordinal);
        }

        var refused = await Assert.ThrowsAsync<SessionServiceException>(
            () => client.Messages.AddDeltaAsync(session, message.Sequence, new() { Index = 9, Text = "x" }));
        Assert.Equal(("delta_gap", 5), (refused.Code, refused.NextIndex));
        var whole = await client.Messages.CompleteAsync(session, message.Sequence);
        Assert.Equal("01234", whole.Content);
        Assert.Null(await client.Live.StreamAnswerAsync(session));

        async IAsyncEnumerable<AddDeltaRequest> DeltasAsync()
        {
            for (var index = 0; index < 5; index++)
            {
                await next.WaitAsync(patience.Token);
                yield return new() { Index = index, Text = $"{index}" };
            }
        }
    }

    [Fact]
    public async Task A_follower_goes_on_when_the_service_was_killed()
    {
        var user = $"user-{Guid.NewGuid():N}";
        await using var proxy = new CuttingProxy(() => service.Address, int.MaxValue);
        var client = service.Client(options =>
        {
            options.UserId = user;
            options.Address = proxy.Address;
            options.Retries.MaxRetries = 1_000;
            options.Retries.MaxDelay = TimeSpan.FromMilliseconds(500);
        });
        var session = (await client.Sessions.CreateAsync()).SessionId;
        await client.Messages.AppendAsync(session, new() { Role = MessageRole.User, Content = "Before" });
        using var patience = new CancellationTokenSource(Patience);
        var texts = new List<string>();

        await foreach (var told in client.Live.FollowSessionAsync(session, "0", patience.Token))
        {
            if (told is MessageEvent { Message: var message })
            {
                texts.Add(message.Content);
                if (message.Content == "After")
                {
                    break;
                }

                await service.KillAsync();
                await service.StartAsync();
                await client.Messages.AppendAsync(session, new() { Role = MessageRole.User, Content = "After" });
            }
        }

        Assert.Equal(["Before", "After"], texts);
    }
}
