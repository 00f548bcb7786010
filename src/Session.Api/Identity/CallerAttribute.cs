using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.Extensions.Options;
using SessionService.Application.Identity;
using SessionService.Hosting.Identity;

namespace SessionService.Api.Identity;

/// <summary>
/// A parameter of an action that is bound from the caller. Errors in naming the caller are reported together with all other validation
/// errors.
/// </summary>
[AttributeUsage(AttributeTargets.Parameter)]
internal abstract class CallerAttribute(Type binder) : ModelBinderAttribute(binder)
{
    public override BindingSource BindingSource => BindingSource.Special;
}

/// <summary>
/// Binds the id of the user whose session the path names. This is the caller; where a closed network names none, it is the session's owner
/// (see <see cref="CallerFilter"/>).
/// </summary>
internal sealed class FromCallerAttribute() : CallerAttribute(typeof(CallerBinder));

/// <summary>Binds the caller's id in requests that make no sense without a caller. They must name one in a closed network too.</summary>
internal sealed class FromNamedCallerAttribute() : CallerAttribute(typeof(NamedCallerBinder));

/// <summary>Binds the <see cref="Caller"/> of a request whose body may name the user instead.</summary>
internal sealed class FromOptionalCallerAttribute() : CallerAttribute(typeof(OptionalCallerBinder));

// Its parameter must follow that of the body, which may name the caller.
internal sealed class CallerBinder(CallerResolver callers, IOptions<IdentityOptions> options) : NamedCallerBinder(callers)
{
    protected override bool MustBeNamed => options.Value.RequireUser;
}

internal class NamedCallerBinder(CallerResolver callers) : IModelBinder
{
    protected virtual bool MustBeNamed => true;

    public Task BindModelAsync(ModelBindingContext bindingContext)
    {
        var http = bindingContext.HttpContext;
        var mayBeInBody = MustBeNamed || http.Features.Get<BodyUser>() is { IsDeclared: true };
        var (caller, error, _) = mayBeInBody ? callers.FindInBodyToo(http) : callers.Find(http);
        if (error is null && caller.UserId is null && MustBeNamed)
        {
            error = "name the caller in the X-User-Id header or in the user_id query parameter";
        }

        if (error is not null)
        {
            bindingContext.ModelState.TryAddModelError(CallerResolver.QueryParameter, error);
        }

        bindingContext.Result = ModelBindingResult.Success(caller.UserId ?? "");
        return Task.CompletedTask;
    }
}

internal sealed class OptionalCallerBinder(CallerResolver callers) : IModelBinder
{
    public Task BindModelAsync(ModelBindingContext bindingContext)
    {
        var (caller, error, _) = callers.Find(bindingContext.HttpContext);
        if (error is not null)
        {
            bindingContext.ModelState.TryAddModelError(CallerResolver.QueryParameter, error);
        }

        bindingContext.Result = ModelBindingResult.Success(caller);
        return Task.CompletedTask;
    }
}
