using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.Extensions.Options;
using SessionService.Application.Identity;
using SessionService.Hosting.Identity;

namespace SessionService.Api.Identity;

/// <summary>Binds a <see cref="Caller"/>. A missing one is an error of the request, reported together with all others.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
internal sealed class FromCallerAttribute() : ModelBinderAttribute(typeof(CallerBinder))
{
    public override BindingSource BindingSource => BindingSource.Special;
}

/// <summary>Binds a <see cref="Caller"/> without whom the request has no meaning, so that even a closed network must name one.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
internal sealed class FromNamedCallerAttribute() : ModelBinderAttribute(typeof(NamedCallerBinder))
{
    public override BindingSource BindingSource => BindingSource.Special;
}

/// <summary>Binds a <see cref="Caller"/> whom the path or body may name as well, so that nobody need be named beside it.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
internal sealed class FromOptionalCallerAttribute() : ModelBinderAttribute(typeof(OptionalCallerBinder))
{
    public override BindingSource BindingSource => BindingSource.Special;
}

internal sealed class CallerBinder(CallerResolver callers, IOptions<IdentityOptions> options) : NamedCallerBinder(callers)
{
    protected override string? RefuseMissing() => options.Value.RequireUser ? base.RefuseMissing() : null;
}

internal class NamedCallerBinder(CallerResolver callers) : OptionalCallerBinder(callers)
{
    protected override string? RefuseMissing() => "name the caller in the X-User-Id header or in the user_id query parameter";
}

internal class OptionalCallerBinder(CallerResolver callers) : IModelBinder
{
    public Task BindModelAsync(ModelBindingContext bindingContext)
    {
        var (caller, error) = callers.Resolve(bindingContext.HttpContext);
        error ??= caller.UserId is null ? RefuseMissing() : null;
        if (error is not null)
        {
            bindingContext.ModelState.TryAddModelError(CallerResolver.QueryParameter, error);
        }

        bindingContext.Result = ModelBindingResult.Success(caller);
        return Task.CompletedTask;
    }

    protected virtual string? RefuseMissing() => null;
}
