using Microsoft.AspNetCore.Mvc.Filters;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Api.Consistency;

/// <summary>
/// Marks a read that a standby may answer if the client asks for it: <c>?consistency=eventual</c>. The answer may then lack the last
/// writes.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class EventualReadsAttribute : Attribute, IResourceFilter
{
    public const string QueryParameter = "consistency";
    public const string Strong = "strong";
    public const string Eventual = "eventual";

    public static bool IsEventual(HttpContext http) =>
        http.GetEndpoint()?.Metadata.GetMetadata<EventualReadsAttribute>() is not null
        && http.Request.Query[QueryParameter] is [Eventual];

    public void OnResourceExecuting(ResourceExecutingContext context)
    {
        var http = context.HttpContext;
        if (IsEventual(http))
        {
            http.RequestServices.GetRequiredService<ReadConnections>().MayLag = true;
        }
        else if (http.Request.Query[QueryParameter] is not ([] or [Strong]))
        {
            context.ModelState.AddModelError(QueryParameter, $"must be {Strong} or {Eventual}");
        }
    }

    public void OnResourceExecuted(ResourceExecutedContext context)
    {
    }
}
