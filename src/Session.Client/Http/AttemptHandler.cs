using System.Net.Http.Headers;

namespace SessionService.Client;

/// <summary>
/// One attempt: it carries a fresh token, and it has succeeded only when the whole answer is there. An answer that breaks off in its body
/// is an attempt that failed, like one that never began.
/// </summary>
internal sealed class AttemptHandler(SessionServiceOptions options) : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var state = CallState.Of(request);
        var token = options.TokenProvider is { } provider
            ? await provider(state.UserId, cancellationToken).ConfigureAwait(false)
            : options.ApiKey;
        request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);

        state.Begin();
        var verdict = Verdict.Unknown;
        HttpResponseMessage? response = null;
        try
        {
            response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
            if (!state.Call.IsStreamed || !response.IsSuccessStatusCode)
            {
#if NET9_0_OR_GREATER
                await response.Content.LoadIntoBufferAsync(cancellationToken).ConfigureAwait(false);
#else
                await response.Content.LoadIntoBufferAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
#endif
            }

            verdict = await Verdicts.OfAsync(response).ConfigureAwait(false);
            return response;
        }
        catch (Exception exception)
        {
            response?.Dispose();
            if (response is null && exception is HttpRequestException failure)
            {
                verdict = Verdicts.Of(failure);
            }

            throw;
        }
        finally
        {
            state.End(verdict);
        }
    }
}
