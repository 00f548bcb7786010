using SessionService.Application.Idempotency;
using SessionService.Infrastructure.Writes;

namespace SessionService.Api.Idempotency;

/// <summary>The headers of idempotent writes.</summary>
internal static class IdempotencyHeaders
{
    public const string Key = "Idempotency-Key";

    /// <summary>The name of the key in validation errors, in the style of JSON fields.</summary>
    public const string KeyField = "idempotency_key";

    public const string Replayed = "Idempotency-Replayed";

    /// <summary>Marks the answer if it repeats an earlier one.</summary>
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
