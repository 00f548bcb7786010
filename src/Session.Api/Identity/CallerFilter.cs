using Microsoft.AspNetCore.Mvc.Filters;
using SessionService.Api.Conversations;
using SessionService.Api.Faults;
using SessionService.Application.Conversations;
using SessionService.Application.Identity;
using SessionService.Domain.Identity;

namespace SessionService.Api.Identity;

/// <summary>
/// Decides for every action whether the caller may act on the data that the request names. The filter runs after validation, so an invalid
/// request is answered 422, also to a caller who may not act on the data. One case is decided elsewhere: the body that creates a session
/// may name a user (see <see cref="FromOptionalCallerAttribute"/>).
/// </summary>
internal sealed class CallerFilter(CallerResolver callers) : IAsyncActionFilter
{
    public Task OnActionExecutionAsync(ActionExecutingContext context, ActionExecutionDelegate next)
    {
        RefuseAnotherBesideKey(context.HttpContext);
        foreach (var parameter in context.ActionDescriptor.Parameters)
        {
            var binder = parameter.BindingInfo?.BinderType;
            if (binder == typeof(PathUserBinder))
            {
                var userId = (string)context.ActionArguments[parameter.Name]!;
                CallerAccess.ActFor(callers.Find(context.HttpContext).Caller, userId);
                RefuseAnotherInBody(context.HttpContext, userId);
            }
            else if (binder == typeof(CallerBinder))
            {
                if (callers.Find(context.HttpContext).Caller.UserId is not { } userId)
                {
                    return ActForOwnerAsync(context, parameter.Name, next);
                }

                RefuseAnotherInBody(context.HttpContext, userId);
            }
        }

        return next();
    }

    // A client with the key of one user that names another has mixed up its keys. To act for the key's user would hide that.
    private void RefuseAnotherBesideKey(HttpContext http)
    {
        if (http.Features.Get<RequestKey>() is not null && callers.Find(http) is { NamedBeside: { } named } found)
        {
            CallerAccess.ActFor(found.Caller, named);
        }
    }

    private void RefuseAnotherInBody(HttpContext http, string userId)
    {
        if (http.Features.Get<BodyUser>() is not { IsDeclared: true } body || UserIds.Normalize(body.UserId) is not { } named)
        {
            return;
        }

        if (body.IsRecipient)
        {
            CallerAccess.GiveTo(callers.Find(http).Caller, named);
        }
        else
        {
            CallerAccess.ActFor(new Caller(userId), named);
        }
    }

    private static async Task ActForOwnerAsync(ActionExecutingContext context, string parameter, ActionExecutionDelegate next)
    {
        var http = context.HttpContext;
        var sessionId = http.GetRouteValue(ConversationIdBinder.RouteParameter) is string conversationId
            ? ConversationIds.Read(conversationId)!.Value
            : Guid.Parse((string)http.GetRouteValue("session_id")!);
        var access = http.RequestServices.GetRequiredService<CallerAccess>();
        context.ActionArguments[parameter] = await access.FindOwnerAsync(sessionId, http.WatchedToken());
        await next();
    }
}
