using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;
using SessionService.Application.Preconditions;

namespace SessionService.Api.Preconditions;

/// <summary>Binds the version that <c>If-Match</c> demands; any, where there is no such header.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
internal sealed class FromIfMatchAttribute() : ModelBinderAttribute(typeof(IfMatchBinder))
{
    public override BindingSource BindingSource => BindingSource.Special;
}

internal sealed class IfMatchBinder : IModelBinder
{
    public Task BindModelAsync(ModelBindingContext bindingContext)
    {
        var tags = EntityTags.Read(bindingContext, HeaderNames.IfMatch, "if_match");

        // An empty header is a tag that the client has lost: whoever sends it does not mean to change whatever is there.
        if (bindingContext.HttpContext.Request.Headers.IfMatch is { Count: > 0 } header && StringValues.IsNullOrEmpty(header))
        {
            EntityTags.Refuse(bindingContext, "if_match");
        }

        // A weak tag never matches here (RFC 9110): it does not say that the session is the same in everything.
        var precondition = tags.Count == 0 || tags.Any(tag => tag.Equals(EntityTagHeaderValue.Any))
            ? Precondition.None
            : new Precondition([.. tags.Where(tag => !tag.IsWeak).Select(tag => tag.Tag.ToString().Trim('"'))]);
        bindingContext.Result = ModelBindingResult.Success(precondition);
        return Task.CompletedTask;
    }
}
