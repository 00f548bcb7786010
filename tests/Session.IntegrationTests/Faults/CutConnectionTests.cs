namespace SessionService.IntegrationTests.Faults;

/// <summary>
/// A connection breaks in the middle of a write, after any number of bytes in either direction: the write is made once and acknowledged, or the
/// answer says what is known of it.
/// </summary>
public sealed class CutConnectionTests(ProxiedFixture service) : IClassFixture<ProxiedFixture>
{
    // Each cut costs some milliseconds. A few messages go either way in a write, and what happens changes where one ends.
    private const int Cuts = 20;

    // Of short writes, after every few bytes at least.
    private const int CutsOfShortWrites = 100;

    // At the end of what a write passes each byte counts: there stands the commit, and the word that it is done.
    private const int End = 6;

    private const int Attempts = 5;

    private static readonly string[] ShortWrites = ["append", "patch"];

    public static TheoryData<string, bool> Writes => Combine(InterruptedWrites.All.Keys);

    public static TheoryData<string, bool> WritesWithKeys => Combine(["create", "append", "memory", "user memory", "change of a user memory", "feedback", "fork", "copy"]);

    [Theory]
    [MemberData(nameof(Writes))]
    public async Task A_write_whose_connection_breaks_is_made_once_or_its_answer_says_what_is_known(string write, bool isToServer) =>
        await CutAsync(
            await InterruptedWrites.StartAsync(service, write), isToServer, ShortWrites.Contains(write, StringComparer.Ordinal) ? CutsOfShortWrites : Cuts);

    [Theory]
    [MemberData(nameof(WritesWithKeys))]
    public async Task A_write_that_failed_is_made_once_when_it_is_sent_again_with_its_key(string write, bool isToServer)
    {
        var unknown = 0;
        // The answer to the commit is short, and what comes before it is not always as long as it was when it was measured.
        for (var attempt = 1; attempt <= Attempts && unknown == 0; attempt++)
        {
            unknown = await CutAsync(await InterruptedWrites.StartAsync(service, write, hasKeys: true), isToServer, Cuts / 2);
            if (isToServer)
            {
                return;
            }
        }

        Assert.True(unknown > 0, "No outcome was unknown.");
    }

    /// <returns>How many outcomes were unknown.</returns>
    private static async Task<int> CutAsync(InterruptedWrites writes, bool isToServer, int cuts)
    {
        var direction = isToServer ? Direction.ToServer : Direction.ToService;
        var length = (int)await writes.MeasureAsync(direction);
        var places = Enumerable.Range(0, cuts).Select(cut => length * cut / cuts).Concat(Enumerable.Range(length - End, End + 1)).Distinct();
        var unknown = 0;
        var fault = Fault.End;
        foreach (var bytes in places)
        {
            unknown += await writes.BreakAsync(bytes, direction, fault) is (IsUnknown: true, _) ? 1 : 0;
            fault = fault == Fault.End ? Fault.Reset : Fault.End;
        }

        return unknown;
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
