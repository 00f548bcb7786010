using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;
using SessionService.Application.Sessions;

namespace SessionService.Api.Sessions;

/// <summary>Binds what <c>If-Match</c> demands of the session; without the header, nothing.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
internal sealed class FromIfMatchAttribute() : ModelBinderAttribute(typeof(IfMatchBinder))
{
    public override BindingSource BindingSource => BindingSource.Special;
}

/// <summary>Binds the versions that <c>If-None-Match</c> names.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
internal sealed class FromIfNoneMatchAttribute() : ModelBinderAttribute(typeof(IfNoneMatchBinder))
{
    public override BindingSource BindingSource => BindingSource.Special;
}

/// <summary>The versions of a session that the client has.</summary>
public sealed record KnownVersions(IReadOnlyList<EntityTagHeaderValue> Tags)
{
    // For answering without a body a weak tag, as a proxy may have made of ours, says enough.
    public bool Include(string versionTag) =>
        Tags.Any(tag => tag.Equals(EntityTagHeaderValue.Any) || tag.Tag == $"\"{versionTag}\"");
}

internal static class SessionVersions
{
    /// <summary>Puts the session's version into the header of the answer.</summary>
    public static SessionResponse Tag(this HttpResponse response, SessionResponse session)
    {
        response.Headers.ETag = $"\"{session.VersionTag}\"";
        return session;
    }
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

internal sealed class IfNoneMatchBinder : IModelBinder
{
    public Task BindModelAsync(ModelBindingContext bindingContext)
    {
        var tags = EntityTags.Read(bindingContext, HeaderNames.IfNoneMatch, "if_none_match");
        bindingContext.Result = ModelBindingResult.Success(new KnownVersions(tags));
        return Task.CompletedTask;
    }
}

internal static class EntityTags
{
    /// <summary>The tags in a header; what is none is an error of the request, under the name that fields have.</summary>
    public static IReadOnlyList<EntityTagHeaderValue> Read(ModelBindingContext binding, string header, string field)
    {
        var values = binding.HttpContext.Request.Headers[header];
        if (StringValues.IsNullOrEmpty(values))
        {
            return [];
        }

        // A star is no tag: among others it means nothing.
        if (EntityTagHeaderValue.TryParseStrictList(values, out var tags) && (tags.Count == 1 || !tags.Contains(EntityTagHeaderValue.Any)))
        {
            return [.. tags];
        }

        Refuse(binding, field);
        return [];
    }

    public static void Refuse(ModelBindingContext binding, string field) =>
        binding.ModelState.TryAddModelError(field, "must be an ETag in double quotes, several with commas between, or *");
}
