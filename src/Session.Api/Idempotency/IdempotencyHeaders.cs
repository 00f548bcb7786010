using SessionService.Application.Idempotency;
using SessionService.Hosting.Headers;
using SessionService.Infrastructure.Writes;

namespace SessionService.Api.Idempotency;

/// <summary>The headers of idempotent writes.</summary>
internal static class IdempotencyHeaders
{
    public const string Key = ServiceHeaders.IdempotencyKey;

    public const string KeyField = ServiceHeaders.IdempotencyKeyField;

    public const string Replayed = ServiceHeaders.IdempotencyReplayed;

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
