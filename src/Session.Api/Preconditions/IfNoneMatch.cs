using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.Net.Http.Headers;

namespace SessionService.Api.Preconditions;

/// <summary>Binds the versions that <c>If-None-Match</c> names.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
internal sealed class FromIfNoneMatchAttribute() : ModelBinderAttribute(typeof(IfNoneMatchBinder))
{
    public override BindingSource BindingSource => BindingSource.Special;
}

/// <summary>The versions that the client has.</summary>
public sealed record KnownVersions(IReadOnlyList<EntityTagHeaderValue> Tags)
{
    // If-None-Match compares weakly (RFC 9110, 13.1.2): a proxy may have made our tag weak.
    public bool Include(string versionTag) =>
        Tags.Any(tag => tag.Equals(EntityTagHeaderValue.Any) || tag.Tag == $"\"{versionTag}\"");
}

internal sealed class IfNoneMatchBinder : IModelBinder
{
    public Task BindModelAsync(ModelBindingContext bindingContext)
    {
        var tags = EntityTags.Read(bindingContext, HeaderNames.IfNoneMatch, "if_none_match");
        bindingContext.Result = ModelBindingResult.Success(new KnownVersions(tags));
        return Task.CompletedTask;
    }
}
