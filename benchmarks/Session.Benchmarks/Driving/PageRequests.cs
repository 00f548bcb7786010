using SessionService.Benchmarks.Data;
using SessionService.Benchmarks.Processes;

namespace SessionService.Benchmarks.Driving;

/// <summary>Requests for pages of messages: by position where the service reads so, else by page number.</summary>
internal sealed class PageRequests
{
    public const int PageSize = 100;

    private readonly bool _byPosition;

    private PageRequests(bool byPosition) => _byPosition = byPosition;

    public static async Task<PageRequests> ForAsync(ServiceProcess service, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{Path(SessionKind.Deep, 0)}?after=0&limit=1");
        request.Headers.Add("X-User-Id", Keys.User(0));
        using var response = await service.Http.SendAsync(request, cancellationToken);
        var answer = await response.Content.ReadAsStringAsync(cancellationToken);
        return new PageRequests(answer.Contains("has_more", StringComparison.Ordinal));
    }

    /// <param name="kind">Of which sessions.</param>
    /// <param name="session">Which of them.</param>
    /// <param name="after">The number before the page's first, whole pages from the start.</param>
    public byte[] Create(SessionKind kind, int session, int after) => HttpRequests.Get(
        Path(kind, session) + (_byPosition ? $"?after={after}&limit={PageSize}" : $"?page={after / PageSize + 1}&page_size={PageSize}"),
        Keys.User(session));

    private static string Path(SessionKind kind, int session) => $"/api/v1/sessions/{Keys.Session(kind, session)}/messages";
}
