using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using SessionService.Application.Idempotency;
using SessionService.Hosting.Headers;

namespace SessionService.Api.Idempotency;

/// <summary>Binds the <c>Idempotency-Key</c> of a request, if there is one.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
internal sealed class FromIdempotencyKeyAttribute() : ModelBinderAttribute(typeof(IdempotencyKeyBinder))
{
    public override BindingSource BindingSource => BindingSource.Special;
}

internal sealed class IdempotencyKeyBinder : IModelBinder
{
    public Task BindModelAsync(ModelBindingContext bindingContext)
    {
        var values = bindingContext.HttpContext.Request.Headers[IdempotencyHeaders.Key];
        if (values.Count > 1)
        {
            bindingContext.ModelState.TryAddModelError(IdempotencyHeaders.KeyField, ServiceHeaders.GivenTwice);
        }
        else if (values.Count == 1 && !IsKey(values[0]!))
        {
            bindingContext.ModelState.TryAddModelError(
                IdempotencyHeaders.KeyField, $"must be 1 to {IdempotencyKey.MaxLength} printable characters of ASCII");
        }

        bindingContext.Result = ModelBindingResult.Success(values.Count == 1 ? values[0] : null);
        return Task.CompletedTask;
    }

    private static bool IsKey(string text) =>
        text.Length is >= 1 and <= IdempotencyKey.MaxLength && !text.AsSpan().ContainsAnyExceptInRange(' ', '~');
}
