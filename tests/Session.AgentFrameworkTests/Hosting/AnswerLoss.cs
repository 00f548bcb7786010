namespace SessionService.AgentFrameworkTests.Hosting;

/// <summary>
/// Loses answers of the service: the request arrives and is carried out, and then the connection breaks. Stands where a network would, below
/// the retries of the client.
/// </summary>
internal sealed class AnswerLoss(Func<HttpRequestMessage, int, bool> isLost) : DelegatingHandler
{
    private int _requests;
    private int _lost;

    public int Requests => _requests;

    public int Lost => _lost;

    /// <summary>Loses one answer in three.</summary>
    public static AnswerLoss OneInThree() => new((_, number) => number % 3 == 0);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var number = Interlocked.Increment(ref _requests);
        var response = await base.SendAsync(request, cancellationToken);
        if (!isLost(request, number))
        {
            return response;
        }

        Interlocked.Increment(ref _lost);
        response.Dispose();
        throw new HttpRequestException("The connection was lost.", new IOException("The connection was reset."));
    }
}
