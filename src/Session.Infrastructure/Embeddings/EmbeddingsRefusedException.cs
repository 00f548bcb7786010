namespace SessionService.Infrastructure.Embeddings;

/// <summary>The endpoint has refused a request, and may have said when to ask again.</summary>
internal sealed class EmbeddingsRefusedException(HttpResponseMessage response)
    : HttpRequestException($"The endpoint answered {(int)response.StatusCode}.", inner: null, response.StatusCode)
{
    // The service asks again after this time, even if the endpoint has asked for more.
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    private readonly TimeSpan _retryAfter = response.Headers.RetryAfter?.Delta ?? TimeSpan.Zero;

    /// <summary>How long the endpoint has asked to be left alone; zero where it has not.</summary>
    public static TimeSpan PauseAfter(Exception exception) =>
        exception is not EmbeddingsRefusedException { _retryAfter: var asked } ? TimeSpan.Zero : asked < Longest ? asked : Longest;
}
