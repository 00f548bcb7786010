using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using SessionService.Domain.Identity;

namespace SessionService.Api.Identity;

/// <summary>Binds the user that a path <c>/users/{user_id}/…</c> names.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
internal sealed class FromPathUserAttribute : ModelBinderAttribute
{
    public FromPathUserAttribute()
        : base(typeof(PathUserBinder)) =>
        Name = CallerResolver.RouteParameter;

    public override BindingSource BindingSource => BindingSource.Path;
}

internal sealed class PathUserBinder : IModelBinder
{
    public Task BindModelAsync(ModelBindingContext bindingContext)
    {
        var userId = Find(bindingContext.HttpContext);
        if ((userId is null ? "must not be blank" : UserIds.Refuse(userId)) is { } error)
        {
            bindingContext.ModelState.TryAddModelError(CallerResolver.RouteParameter, error);
        }

        bindingContext.Result = ModelBindingResult.Success(userId ?? "");
        return Task.CompletedTask;
    }

    /// <summary>The normalized id in the path; <see langword="null"/> when it is blank.</summary>
    public static string? Find(HttpContext http) => UserIds.Normalize(Read(http));

    // A decoded path keeps %2F as it is, and so cannot tell a slash from a user id that holds the text "%2F":
    // the segment is taken from the request as it was sent. Where that has another shape (a proxy's absolute form,
    // dot segments), the decoded value stands.
    private static string Read(HttpContext http)
    {
        var decoded = (string)http.GetRouteValue(CallerResolver.RouteParameter)!;
        var target = http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var end = target.IndexOf('?', StringComparison.Ordinal);
        var segments = (end < 0 ? target : target[..end]).Split('/');
        var at = Array.FindIndex(segments, segment => segment.Equals("users", StringComparison.OrdinalIgnoreCase)) + 1;
        if (at == 0 || at >= segments.Length)
        {
            return decoded;
        }

        var raw = Uri.UnescapeDataString(segments[at]);
        return string.Equals(raw.Replace("/", "%2F", StringComparison.Ordinal), decoded, StringComparison.OrdinalIgnoreCase) ? raw : decoded;
    }
}
