using System.Text;
using SessionService.Client;
using SessionService.ClientTests.Hosting;

namespace SessionService.ClientTests.Retries;

/// <summary>Half of the answers are lost, and half of those belong to writes that were made.</summary>
[Collection("service")]
public sealed class LossyProxyTests(ServiceProcess service) : IAsyncDisposable
{
    private readonly LossyProxy _proxy = new(() => service.Address);

    public async ValueTask DisposeAsync() => await _proxy.DisposeAsync();

    [Fact]
    public async Task Appends_and_batches_are_stored_once_and_in_order()
    {
        var client = LossyClient();
        var sessions = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => client.Sessions.CreateAsync()));

        await Task.WhenAll(sessions.Select(async session =>
        {
            for (var number = 1; number <= 30; number += 3)
            {
                await client.Messages.AppendAsync(session.SessionId, Message(number));
                await client.Messages.AppendBatchAsync(session.SessionId, new() { Messages = [Message(number + 1), Message(number + 2)] });
            }
        }));

        Assert.Equal(4, await client.Sessions.ListAsync(new() { PageSize = 3 }).CountAsync());
        foreach (var session in sessions)
        {
            var messages = await client.Messages.ListAsync(session.SessionId, new() { Limit = 7 }).ToListAsync();
            Assert.Equal(Enumerable.Range(1, 30).Select(number => $"Message {number}"), messages.Select(message => message.Content));
            Assert.Equal(30, (await client.Sessions.GetAsync(session.SessionId)).MessageCount);
        }

        Assert.InRange(_proxy.Lost, 40, int.MaxValue);
    }

    [Fact]
    public async Task Memories_are_made_changed_and_deleted_once()
    {
        var client = LossyClient();
        var memories = new List<UserMemoryResponse>();
        for (var number = 0; number < 8; number++)
        {
            memories.Add(await client.UserMemories.CreateAsync(new() { Content = $"Fact {number}" }));
        }

        await client.UserMemories.CreateBatchAsync(new() { Memories = [new() { Content = "Fact 8" }, new() { Content = "Fact 9" }] });
        foreach (var memory in memories.Take(4))
        {
            var changed = await client.UserMemories.PatchAsync(memory.MemoryId, new() { Importance = 0.5m }, ifMatch: memory.ETag);
            Assert.Equal(2, changed.Version);
        }

        foreach (var memory in memories.Skip(4))
        {
            await client.UserMemories.DeleteAsync(memory.MemoryId);
        }

        var left = await client.UserMemories.ListAsync(new() { PageSize = 4 }).ToListAsync();
        Assert.Equal(
            ["Fact 0", "Fact 1", "Fact 2", "Fact 3", "Fact 8", "Fact 9"],
            left.Select(memory => memory.Content).Order(StringComparer.Ordinal));
        Assert.All(left.Where(memory => memory.Importance is not null), memory => Assert.Equal(2, memory.Version));
    }

    [Fact]
    public async Task Every_other_write_of_a_session_has_its_effect_once()
    {
        var client = LossyClient();
        var session = (await client.Sessions.CreateAsync()).SessionId;
        await client.Messages.AppendBatchAsync(session, new() { Messages = [Message(1), Message(2), Message(3)] });

        for (var round = 1; round <= 4; round++)
        {
            await client.Sessions.UpdateAsync(session, new() { Title = $"Round {round}" });
            await client.Sessions.StarAsync(session);
            await client.Memories.WriteAsync(session, new() { Content = $"Round {round}" });
            await client.Feedback.WriteAsync(session, 1, "rating", new() { Value = round });
            await client.Branches.RewindAsync(session, new() { ToSequence = 1 });
            await client.Branches.ActivateAsync(session, branchId: 1);
            await client.Sessions.ForkAsync(session);
            await client.Sessions.ArchiveAsync(session);
            await client.Sessions.RestoreAsync(session);
        }

        await client.Messages.RedactAsync(session, 2);
        await client.Messages.RedactAsync(session, 3, MessageDeletion.Remove);
        await client.Feedback.DeleteAsync(session, 1, "rating");
        Assert.Equal(5, (await client.Branches.ListAsync(session)).Total);
        Assert.Equal(5, await client.Sessions.ListAsync().CountAsync());
        Assert.Equal(["Message 1", ""], (await client.Messages.ListAsync(session).ToListAsync()).Select(message => message.Content));
        Assert.Equal("Round 4", (await client.Memories.GetAsync(session)).Content);
        Assert.Empty((await client.Feedback.ListOfMessageAsync(session, 1)).Feedback);

        await client.Erasure.EraseSessionAsync(session);
        var gone = await Assert.ThrowsAsync<SessionServiceException>(() => client.Sessions.GetAsync(session));
        Assert.Equal("session_not_found", gone.Code);
        await client.Erasure.EraseUserAsync();
        Assert.Equal(0, (await client.Erasure.CountUserAsync()).Sessions);
    }

    [Fact]
    public async Task Files_and_imports_arrive_whole()
    {
        var client = LossyClient();
        var file = new byte[200_000];
        new Random(7).NextBytes(file);
        for (var round = 0; round < 4; round++)
        {
            file[0]++;
            var uploaded = await client.Attachments.UploadAsync(new MemoryStream(file), "image/png", $"Plan {round}.png");
            using var copy = new MemoryStream();
            await using (var download = await client.Attachments.DownloadAsync(uploaded.AttachmentId))
            {
                await download.Content.CopyToAsync(copy);
                Assert.Equal(($"Plan {round}.png", "image/png", file.Length), (download.Name, download.MediaType, (int)download.Length!));
            }

            Assert.Equal(file, copy.ToArray());

            var lines = new MemoryStream(Encoding.UTF8.GetBytes(
                $$"""{"id": "chat-{{round}}", "messages": [{"role": "user", "content": "Hello"}]}"""));
            var imported = await client.Transfers.ImportAsync(lines, new() { MediaType = "application/json" });
            Assert.True(imported.IsComplete);
        }

        Assert.Equal(4, await client.Sessions.ListAsync().CountAsync());
    }

    [Fact]
    public async Task The_service_may_be_killed_while_a_client_writes()
    {
        var client = LossyClient(options =>
        {
            options.Retries.MaxRetries = 1000;
            options.Retries.MaxDelay = TimeSpan.FromMilliseconds(500);
        });
        var session = (await client.Sessions.CreateAsync()).SessionId;
        var half = new TaskCompletionSource();
        var writing = Task.Run(async () =>
        {
            for (var number = 1; number <= 200; number++)
            {
                await client.Messages.AppendAsync(session, Message(number));
                if (number == 60)
                {
                    half.SetResult();
                }
            }
        });

        await Task.WhenAny(half.Task, writing);
        await service.KillAsync();
        Assert.False(writing.IsCompleted);
        await service.StartAsync();
        await writing;

        var messages = await client.Messages.ListAsync(session).ToListAsync();
        Assert.Equal(Enumerable.Range(1, 200).Select(number => $"Message {number}"), messages.Select(message => message.Content));
        Assert.Equal(Enumerable.Range(1, 200).Select(number => (long)number), messages.Select(message => message.Sequence));
    }

    private static CreateMessageRequest Message(int number) => new() { Role = MessageRole.User, Content = $"Message {number}" };

    private SessionServiceClient LossyClient(Action<SessionServiceOptions>? configure = null) => service.Client(options =>
    {
        options.Address = _proxy.Address;
        options.Retries.Delay = TimeSpan.FromMilliseconds(10);
        options.Retries.MaxDelay = TimeSpan.FromMilliseconds(50);
        options.Retries.MaxRetries = 30;
        configure?.Invoke(options);
    });
}
