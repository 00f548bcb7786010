using Microsoft.AspNetCore.Mvc.Filters;

namespace SessionService.Api.Idempotency;

/// <summary>Refuses an <c>Idempotency-Key</c> where it would promise what the action does not do.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class RefusesIdempotencyKeyAttribute(string reason) : Attribute, IResourceFilter
{
    public void OnResourceExecuting(ResourceExecutingContext context)
    {
        if (context.HttpContext.Request.Headers.ContainsKey(IdempotencyHeaders.Key))
        {
            context.ModelState.AddModelError(IdempotencyHeaders.KeyField, reason);
        }
    }

    public void OnResourceExecuted(ResourceExecutedContext context)
    {
    }
}
