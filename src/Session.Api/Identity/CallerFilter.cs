using Microsoft.AspNetCore.Mvc.Filters;
using SessionService.Api.Faults;
using SessionService.Application.Identity;

namespace SessionService.Api.Identity;

/// <summary>
/// Decides whether the caller may do what the request asks for. It sees every action, after the request has proved valid: what is wrong
/// with a request comes before whose data it is about. (A new session's body may name its user; see
/// <see cref="FromOptionalCallerAttribute"/>.)
/// </summary>
internal sealed class CallerFilter(CallerResolver callers) : IAsyncActionFilter
{
    public Task OnActionExecutionAsync(ActionExecutingContext context, ActionExecutionDelegate next)
    {
        foreach (var parameter in context.ActionDescriptor.Parameters)
        {
            var binder = parameter.BindingInfo?.BinderType;
            if (binder == typeof(PathUserBinder))
            {
                CallerAccess.ActFor(callers.Find(context.HttpContext).Caller, (string)context.ActionArguments[parameter.Name]!);
            }
            else if (binder == typeof(CallerBinder) && callers.Find(context.HttpContext).Caller.UserId is null)
            {
                return ActForOwnerAsync(context, parameter.Name, next);
            }
        }

        return next();
    }

    private static async Task ActForOwnerAsync(ActionExecutingContext context, string parameter, ActionExecutionDelegate next)
    {
        var http = context.HttpContext;
        var sessionId = Guid.Parse((string)http.GetRouteValue("session_id")!);
        var access = http.RequestServices.GetRequiredService<CallerAccess>();
        context.ActionArguments[parameter] = await access.FindOwnerAsync(sessionId, http.WatchedToken());
        await next();
    }
}
