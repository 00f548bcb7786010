using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.AspNetCore.Mvc.ModelBinding.Validation;

namespace SessionService.Api.Faults;

/// <summary>Binds the cancellation token of actions to <see cref="WatchedTokens.WatchedToken"/>.</summary>
internal sealed class WatchedTokenBinder : IModelBinder, IModelBinderProvider
{
    public IModelBinder? GetBinder(ModelBinderProviderContext context) =>
        context.Metadata.ModelType == typeof(CancellationToken) ? this : null;

    public Task BindModelAsync(ModelBindingContext bindingContext)
    {
        object token = bindingContext.HttpContext.WatchedToken();
        bindingContext.ValidationState.Add(token, new ValidationStateEntry { SuppressValidation = true });
        bindingContext.Result = ModelBindingResult.Success(token);
        return Task.CompletedTask;
    }
}
