using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.AspNetCore.Mvc.ModelBinding.Validation;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Api.Faults;

/// <summary>
/// Gives an action the token that is also cancelled when the database is lost. The request's own says only that the client has gone: what
/// is already on its way to a client is no matter of the database's.
/// </summary>
internal sealed class WatchedTokenBinder : IModelBinder, IModelBinderProvider
{
    public IModelBinder? GetBinder(ModelBinderProviderContext context) => context.Metadata.ModelType == typeof(CancellationToken) ? this : null;

    public Task BindModelAsync(ModelBindingContext bindingContext)
    {
        var http = bindingContext.HttpContext;
        object token = http.Features.Get<PulseWatch>()?.Token ?? http.RequestAborted;
        bindingContext.ValidationState.Add(token, new ValidationStateEntry { SuppressValidation = true });
        bindingContext.Result = ModelBindingResult.Success(token);
        return Task.CompletedTask;
    }
}
