using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;
using SessionService.Application.Preconditions;

namespace SessionService.Api.Preconditions;

/// <summary>Binds the versions that <c>If-Match</c> demands. Without the header any version will do.</summary>
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

        // A client that sends an empty header has lost its tag. It does not mean to change any version.
        if (bindingContext.HttpContext.Request.Headers.IfMatch is { Count: > 0 } header && StringValues.IsNullOrEmpty(header))
        {
            EntityTags.Refuse(bindingContext, "if_match");
        }

        // A weak tag never matches in If-Match (RFC 9110, 13.1.1).
        var precondition = tags.Count == 0 ? Precondition.None
            : tags.Any(tag => tag.Equals(EntityTagHeaderValue.Any)) ? Precondition.Some
            : new Precondition([.. tags.Where(tag => !tag.IsWeak).Select(tag => tag.Tag.ToString().Trim('"'))]);
        bindingContext.Result = ModelBindingResult.Success(precondition);
        return Task.CompletedTask;
    }
}
