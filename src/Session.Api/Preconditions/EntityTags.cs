using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace SessionService.Api.Preconditions;

/// <summary>Versions as HTTP writes them (RFC 9110, 8.8.3).</summary>
internal static class EntityTags
{
    /// <summary>Puts the version into the <c>ETag</c> header of the answer.</summary>
    public static void SetVersion(this HttpResponse response, string version) => response.Headers.ETag = $"\"{version}\"";

    /// <summary>The tags in a request's header. Text that is no tag is a validation error of the field.</summary>
    public static IReadOnlyList<EntityTagHeaderValue> Read(ModelBindingContext binding, string header, string field)
    {
        var values = binding.HttpContext.Request.Headers[header];
        if (StringValues.IsNullOrEmpty(values))
        {
            return [];
        }

        // A star must stand alone.
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
