using System.Globalization;
using SessionService.Benchmarks.Driving;
using SessionService.Benchmarks.Measuring;

namespace SessionService.Benchmarks.Scenarios;

/// <summary>
/// Pages of a conversation that was rewound after every hundred messages, so that its path has a gap there, against pages of one that was
/// never rewound.
/// </summary>
internal static class BranchesScenario
{
    private const string User = "branches";

    public static async Task<Outcome> RunAsync(Laboratory laboratory, CancellationToken cancellationToken)
    {
        var branched = await WriteAsync(laboratory, rewinds: true, cancellationToken);
        var straight = await WriteAsync(laboratory, rewinds: false, cancellationToken);
        var pairs = await laboratory.CompareAsync(branched, straight, cancellationToken);
        return new Outcome(branched.Name, straight.Name, pairs, [Goal.LatencyAtMost(1.5)]);
    }

    private static async Task<Side> WriteAsync(Laboratory laboratory, bool rewinds, CancellationToken cancellationToken)
    {
        var service = laboratory.Service;
        var path = $"/api/v1/sessions/{await service.CreateSessionAsync(User, cancellationToken)}";
        var pages = laboratory.Options.Depth / PageRequests.PageSize;
        var size = PageRequests.PageSize + (rewinds ? 1 : 0);
        var messages = string.Join(
            ',', Enumerable.Repeat("""{"role":"user","content":"Which of the two offers would you take, and why?"}""", size));
        for (var page = 1; page <= pages; page++)
        {
            await service.PostAsync(User, $"{path}/messages/batch", $$"""{"messages":[{{messages}}]}""", cancellationToken);
            if (rewinds)
            {
                var body = string.Create(CultureInfo.InvariantCulture, $$"""{"to_sequence":{{(page * size) - 1}}}""");
                await service.PostAsync(User, $"{path}/rewind", body, cancellationToken);
            }
        }

        laboratory.Tally.AddSessions(1);
        laboratory.Tally.AddMessages(pages * size);
        byte[][] requests =
        [
            .. Enumerable.Range(0, pages)
                .Select(page => HttpRequests.Get($"{path}/messages?after={page * size}&limit={PageRequests.PageSize}", User)),
        ];
        return laboratory.Requests(requests, name: rewinds ? "with branches" : "without");
    }
}
