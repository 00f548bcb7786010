namespace SessionService.IntegrationTests.Faults;

/// <summary>The database falls silent in the middle of a write, and the pulse gives the write up: what may have been made is not said to be none.</summary>
public sealed class SilentDatabaseTests(ImpatientFixture service) : IClassFixture<ImpatientFixture>
{
    // Of an answer to a commit, which ends with a message of six bytes.
    private const int End = 3;

    // Each takes seconds: one for each way of writing.
    [Theory]
    [InlineData("create")]
    [InlineData("change")]
    [InlineData("append")]
    [InlineData("memory")]
    [InlineData("user memory")]
    [InlineData("fork")]
    [InlineData("redaction")]
    [InlineData("import")]
    public async Task A_write_that_is_given_up_while_its_end_is_not_heard_has_an_unknown_outcome(string write)
    {
        var writes = await InterruptedWrites.StartAsync(service, write);
        var length = await writes.MeasureAsync(Direction.ToService);

        var (isUnknown, what) = await writes.BreakAsync(length - End, Direction.ToService, Fault.Silence);

        Assert.True(isUnknown, what);
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
}
