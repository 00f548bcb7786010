namespace SessionService.IntegrationTests.Faults;

/// <summary>
/// A connection breaks in the middle of a write, after any number of bytes in either direction: the write is made once and acknowledged, or the
/// answer says what is known of it.
/// </summary>
public sealed class CutConnectionTests(ProxiedFixture service) : IClassFixture<ProxiedFixture>
{
    // Bytes from one cut to the next. Each cut costs some milliseconds, and what happens changes only where a message ends.
    private static readonly Dictionary<string, int> Steps = new(StringComparer.Ordinal)
    {
        ["create"] = 19,
        ["change"] = 23,
        ["patch"] = 7,
        ["append"] = 11,
        ["memory"] = 29,
        ["user memory"] = 29,
        ["change of a user memory"] = 61,
        ["fork"] = 83,
        ["redaction"] = 43,
        ["import"] = 29,
    };

    public static TheoryData<string, bool> Writes => Combine(InterruptedWrites.All.Keys);

    public static TheoryData<string, bool> WritesWithKeys => Combine(["create", "append", "memory", "user memory", "fork"]);

    [Theory]
    [MemberData(nameof(Writes))]
    public async Task A_write_whose_connection_breaks_is_made_once_or_its_answer_says_what_is_known(string write, bool isToServer) =>
        await CutAsync(await InterruptedWrites.StartAsync(service, write), isToServer, Steps[write]);

    [Theory]
    [MemberData(nameof(WritesWithKeys))]
    public async Task A_write_that_failed_is_made_once_when_it_is_sent_again_with_its_key(string write, bool isToServer)
    {
        var unknown = await CutAsync(await InterruptedWrites.StartAsync(service, write, hasKeys: true), isToServer, 4 * Steps[write]);

        Assert.True(unknown > 0, "No outcome was unknown.");
    }

    private static async Task<int> CutAsync(InterruptedWrites writes, bool isToServer, int step)
    {
        var direction = isToServer ? Direction.ToServer : Direction.ToService;
        var unknown = 0;
        var cuts = 0;
        for (var bytes = 0; ; bytes += step)
        {
            var (hasBroken, isUnknown) = await writes.BreakAsync(bytes, direction, ++cuts % 2 == 0 ? Fault.Reset : Fault.End);
            unknown += isUnknown ? 1 : 0;
            if (!hasBroken)
            {
                Assert.True(cuts > 10, $"{cuts} cuts.");
                return unknown;
            }
        }
    }

    private static TheoryData<string, bool> Combine(IEnumerable<string> writes)
    {
        var all = new TheoryData<string, bool>();
        foreach (var write in writes)
        {
            all.Add(write, true);
            all.Add(write, false);
        }

        return all;
    }
}
