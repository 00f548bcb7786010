namespace SessionService.AgentFrameworkTests.Hosting;

/// <summary>
/// Loses answers of the service: the request arrives and is carried out, and then the connection breaks. Stands where a network would, below
/// the retries of the client.
/// </summary>
internal sealed class AnswerLoss(Func<HttpRequestMessage, bool> isLost) : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken);
        if (!isLost(request))
        {
            return response;
        }

        response.Dispose();
        throw new HttpRequestException("The connection was lost.", new IOException("The connection was reset."));
    }
}
