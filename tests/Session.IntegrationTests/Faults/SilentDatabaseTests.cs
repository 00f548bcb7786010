namespace SessionService.IntegrationTests.Faults;

/// <summary>
/// The database falls silent in the middle of a write, and the pulse gives the write up. A write that may have been committed is not
/// reported as not made.
/// </summary>
public sealed class SilentDatabaseTests(ImpatientFixture service) : IClassFixture<ImpatientFixture>
{
    // Of an answer to a commit, which ends with a message of six bytes.
    private const int End = 3;

    private const int MaxAttempts = 10;

    // Each takes seconds: one for each way of writing.
    [Theory]
    [InlineData("create")]
    [InlineData("change")]
    [InlineData("append")]
    [InlineData("memory")]
    [InlineData("user memory")]
    [InlineData("fork")]
    [InlineData("copy")]
    [InlineData("redaction")]
    [InlineData("import")]
    public async Task A_write_that_is_given_up_while_its_end_is_not_heard_has_an_unknown_outcome(string write)
    {
        var writes = await InterruptedWrites.StartAsync(service, write);

        // Another statement on the connection shifts the place: the write is then refused, or runs once more and succeeds. Both are checked
        // where the write is broken, and the place is measured anew.
        for (var attempt = 1; ; attempt++)
        {
            // What a redaction reads of the search index is shorter each time.
            var before = await writes.MeasureAsync(Direction.ToService);
            var last = await writes.MeasureAsync(Direction.ToService);
            var length = last + (last - before);
            var (isUnknown, what) = await writes.BreakAsync(length - End, Direction.ToService, Fault.Silence);
            if (isUnknown)
            {
                return;
            }

            Assert.True(attempt < MaxAttempts, what);
        }
    }

    [Theory]
    [InlineData("change")]
    [InlineData("append")]
    [InlineData("import")]
    public async Task A_write_that_is_given_up_half_way_says_what_is_known(string write)
    {
        var writes = await InterruptedWrites.StartAsync(service, write);
        var length = await writes.MeasureAsync(Direction.ToServer);

        await writes.BreakAsync(length / 2, Direction.ToServer, Fault.Silence);
    }

    [Theory]
    [InlineData("/api/v1/users/{user_id}/memories/search")]
    [InlineData("/api/v1/sessions/{session_id}/memories/search")]
    public async Task A_post_that_only_reads_has_no_unknown_outcome(string path)
    {
        await service.RecoverAsync();
        var conversation = await Conversation.StartAsync(service);
        var search = new ServiceRequest($"POST {path}", """{"query":"tea"}""");
        (await search.SendAsync(conversation)).Is(200);

        service.Proxy.BreakAfter(1, Direction.ToService, Fault.Silence, conversation.User.UserId);
        var answer = await search.SendAsync(conversation);

        Assert.True(service.Proxy.Restore().HasBroken);
        answer.IsProblem(503, "database_unavailable");
    }
}
