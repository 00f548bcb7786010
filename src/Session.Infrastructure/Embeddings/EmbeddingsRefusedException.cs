namespace SessionService.Infrastructure.Embeddings;

/// <summary>The endpoint has answered that it will not, and perhaps when it will.</summary>
internal sealed class EmbeddingsRefusedException(HttpResponseMessage response)
    : HttpRequestException($"The endpoint answered {(int)response.StatusCode}.", inner: null, response.StatusCode)
{
    // Whoever says more is asked again nevertheless.
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    private readonly TimeSpan _retryAfter = response.Headers.RetryAfter?.Delta ?? TimeSpan.Zero;

    /// <summary>How long to leave the endpoint alone after a failure, as far as it says so itself.</summary>
    public static TimeSpan PauseAfter(Exception exception) =>
        exception is not EmbeddingsRefusedException { _retryAfter: var asked } ? TimeSpan.Zero : asked < Longest ? asked : Longest;
}
