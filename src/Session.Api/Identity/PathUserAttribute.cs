using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using SessionService.Domain.Identity;

namespace SessionService.Api.Identity;

/// <summary>Binds the user that a path <c>/users/{user_id}/…</c> names.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
internal sealed class FromPathUserAttribute : ModelBinderAttribute
{
    public FromPathUserAttribute()
        : base(typeof(PathUserBinder)) =>
        Name = CallerResolver.RouteParameter;

    public override BindingSource BindingSource => BindingSource.Path;
}

internal sealed class PathUserBinder(CallerResolver callers) : IModelBinder
{
    public Task BindModelAsync(ModelBindingContext bindingContext)
    {
        var userId = callers.Find(bindingContext.HttpContext).PathUser;
        if ((userId is null ? "must not be blank" : UserIds.Refuse(userId)) is { } error)
        {
            bindingContext.ModelState.TryAddModelError(CallerResolver.RouteParameter, error);
        }

        bindingContext.Result = ModelBindingResult.Success(userId ?? "");
        return Task.CompletedTask;
    }
}
