using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using SessionService.Domain.Identity;

namespace SessionService.Api.Identity;

/// <summary>Binds the user in a path <c>/users/{user_id}/…</c>. <see cref="CallerFilter"/> refuses a caller who is another user.</summary>
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
        var (_, callerError, userId) = callers.Find(bindingContext.HttpContext);
        var pathError = userId is null ? "must not be blank" : UserIds.Refuse(userId);
        foreach (var error in new[] { pathError, callerError }.OfType<string>())
        {
            bindingContext.ModelState.TryAddModelError(CallerResolver.RouteParameter, error);
        }

        bindingContext.Result = ModelBindingResult.Success(userId ?? "");
        return Task.CompletedTask;
    }
}
