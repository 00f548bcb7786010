using Microsoft.AspNetCore.Mvc.Filters;
using SessionService.Domain.Keys;
using SessionService.Hosting.Identity;

namespace SessionService.Api.Keys;

/// <summary>Refuses the keys of users. As for all rules of access, an invalid request is answered 422 before.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class RequiresServiceKeyAttribute : Attribute, IActionFilter
{
    public void OnActionExecuting(ActionExecutingContext context)
    {
        if (context.HttpContext.Features.Get<TokenCaller>() is not { UserId: null })
        {
            throw KeyErrors.ServiceKeyRequired();
        }
    }

    public void OnActionExecuted(ActionExecutedContext context)
    {
    }
}
