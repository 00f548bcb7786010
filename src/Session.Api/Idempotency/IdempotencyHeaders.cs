using SessionService.Application.Idempotency;
using SessionService.Infrastructure.Writes;

namespace SessionService.Api.Idempotency;

/// <summary>The headers of safe retries.</summary>
internal static class IdempotencyHeaders
{
    public const string Key = "Idempotency-Key";

    /// <summary>The key in the errors of a request that is not valid, named as the fields beside it are.</summary>
    public const string KeyField = "idempotency_key";

    public const string Replayed = "Idempotency-Replayed";

    /// <summary>Marks an answer that repeats an earlier one.</summary>
    public static T MarkReplay<T>(this HttpResponse response, Written<T> written)
    {
        if (written.IsReplay)
        {
            response.Headers[Replayed] = "true";
            response.HttpContext.RequestServices.GetRequiredService<WriteMetrics>().CountReplayed();
        }

        return written.Resource;
    }
}
