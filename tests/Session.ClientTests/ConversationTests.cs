using System.Text.Json.Nodes;
using SessionService.Client;
using SessionService.ClientTests.Hosting;

namespace SessionService.ClientTests;

[Collection("service")]
public sealed class ConversationTests(ServiceProcess service)
{
    [Fact]
    public async Task A_conversation_is_written_and_read_from_either_end()
    {
        var client = service.Client();
        var session = await client.Sessions.CreateAsync(new() { Title = "Holiday plans", Metadata = new() { ["app"] = "tests" } });

        var first = await client.Messages.AppendAsync(
            session.SessionId, new() { Role = MessageRole.User, Content = "Where can we swim?", TokensUsed = 8, CostUsd = 0.0004m });
        var batch = await client.Messages.AppendBatchAsync(session.SessionId, new()
        {
            Messages =
            [
                new() { Role = MessageRole.Assistant, Content = new JsonArray(new JsonObject { ["type"] = "text", ["text"] = "Istria." }) },
                new() { Role = MessageRole.User, Content = "And in May?", MessageId = Guid.NewGuid() },
            ],
            ExpectedSequence = 2,
        });

        Assert.Equal(1, first.Sequence);
        Assert.Equal(2, batch.Total);
        Assert.Equal("Istria.", batch.Messages[0].Parts![0]!["text"]!.GetValue<string>());
        var forward = await client.Messages.ListAsync(session.SessionId, new() { Limit = 2 }).ToListAsync();
        var backward = await client.Messages.ListAsync(session.SessionId, new() { Limit = 2, Order = SortOrder.Desc }).ToListAsync();
        Assert.Equal([1, 2, 3], forward.Select(message => message.Sequence));
        Assert.Equal([3, 2, 1], backward.Select(message => message.Sequence));
        var read = await client.Sessions.GetAsync(session.SessionId);
        Assert.Equal((3, 0.0004m, SessionStatus.Active), (read.MessageCount, read.TotalCost, read.Status));
        Assert.NotNull(read.ETag);
        Assert.Null(await client.Sessions.GetIfChangedAsync(session.SessionId, read.ETag));
    }

    [Fact]
    public async Task A_refusal_tells_its_code_and_every_field_that_is_wrong()
    {
        var client = service.Client();

        var missing = await Assert.ThrowsAsync<SessionServiceException>(() => client.Sessions.GetAsync(Guid.NewGuid()));
        var invalid = await Assert.ThrowsAsync<SessionServiceException>(() => client.Messages.AppendAsync(
            Guid.NewGuid(), new() { Role = new("robot"), Content = " " }));

        Assert.Equal((404, "session_not_found"), (missing.Status, missing.Code));
        Assert.Equal((422, "validation_failed"), (invalid.Status, invalid.Code));
        Assert.Equal(["content", "role"], invalid.Errors.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(32, invalid.TraceId!.Length);
        Assert.False(missing.IsOutcomeUnknown);
    }

    [Fact]
    public async Task One_client_acts_for_many_users_whatever_their_names()
    {
        var client = service.Client();
        foreach (var name in new[] { $"a/b?{Guid.NewGuid()}", $"Žofie {Guid.NewGuid()}" })
        {
            var user = client.ForUser(name);

            var session = await user.Sessions.CreateAsync();
            var memory = await user.UserMemories.CreateAsync(new() { Content = "Eats no meat." });

            Assert.Equal((name, name), (session.UserId, memory.UserId));
            Assert.Single(await user.UserMemories.ListAsync().ToListAsync());
            Assert.Empty(await client.Sessions.ListAsync().ToListAsync());
        }
    }

    [Fact]
    public async Task A_patch_changes_what_is_given_and_removes_what_is_null()
    {
        var client = service.Client();
        var memory = await client.UserMemories.CreateAsync(new() { Content = "Eats no meat.", Importance = 0.8m, ValidUntil = DateTimeOffset.UtcNow.AddDays(1) });

        var patched = await client.UserMemories.PatchAsync(
            memory.MemoryId, new() { Content = "Eats no fish.", Importance = (decimal?)null }, ifMatch: memory.ETag);

        Assert.Equal(("Eats no fish.", null, memory.ValidUntil), (patched.Content, patched.Importance, patched.ValidUntil));
        Assert.Equal(2, patched.Version);
        Assert.Equal(2, await client.UserMemories.ListVersionsAsync(memory.MemoryId).CountAsync());
        var stale = await Assert.ThrowsAsync<SessionServiceException>(
            () => client.UserMemories.DeleteAsync(memory.MemoryId, ifMatch: memory.ETag));
        Assert.Equal("precondition_failed", stale.Code);
        await client.UserMemories.DeleteAsync(memory.MemoryId);
    }

    [Fact]
    public async Task A_list_goes_from_page_to_page()
    {
        var client = service.Client();
        for (var number = 0; number < 5; number++)
        {
            await client.Sessions.CreateAsync(new() { Title = $"Plan {number}", Metadata = new() { ["number"] = number } });
        }

        var all = await client.Sessions.ListAsync(new() { PageSize = 2 }).ToListAsync();
        var one = await client.Sessions.ListAsync(new() { Metadata = [new("number", "3")], Status = [SessionStatus.Active] }).ToListAsync();

        Assert.Equal(5, all.Select(session => session.SessionId).Distinct().Count());
        Assert.Equal("Plan 3", Assert.Single(one).Title);
        Assert.Equal(5, (await client.Sessions.ListPageAsync(new() { PageSize = 2 }, page: 3)).Total);
    }

    [Fact]
    public async Task A_memory_is_found_by_a_question_and_a_context_holds_the_conversation()
    {
        var client = service.Client();
        var session = await client.Sessions.CreateAsync();
        await client.Messages.AppendAsync(session.SessionId, new() { Role = MessageRole.User, Content = "Where can we swim?" });
        await client.Memories.WriteAsync(session.SessionId, new() { Content = "Ada looks for a place to swim." });
        await client.UserMemories.CreateBatchAsync(new() { Memories = [new() { Content = "Ada eats no meat." }] });

        var found = await client.MemorySearch.SearchAsync(new() { Query = "Who eats meat?", Sources = [MemorySource.Memories] });
        var context = await client.Contexts.GetAsync(session.SessionId, new() { MaxTokens = 500, Format = ContextFormat.Anthropic });

        Assert.Equal("Ada eats no meat.", Assert.Single(found.Results).Content);
        Assert.Equal("Ada looks for a place to swim.", context.System);
        Assert.Equal("Ada looks for a place to swim.", (await client.Memories.GetAsync(session.SessionId)).Content);
    }
}

[CollectionDefinition("service")]
public sealed class WithTheService : ICollectionFixture<ServiceProcess>;
