using Microsoft.AspNetCore.Http.Features;
using SessionService.Domain.Identity;

namespace SessionService.Api.Identity;

/// <summary>Reads the user of a path <c>/users/{user_id}/…</c>.</summary>
internal static class PathUser
{
    /// <summary>The normalized user id; <see langword="null"/> when it is blank.</summary>
    /// <param name="decoded">The segment as routing decodes it.</param>
    public static string? Find(HttpContext http, string decoded) => UserIds.Normalize(Read(http, decoded));

    // A decoded path leaves %2F encoded, so it cannot tell a slash in a user id from the text "%2F". Therefore the segment is read from the
    // request target as it was sent. Where the target has another form (an absolute URL, dot segments), the decoded value is used.
    private static string Read(HttpContext http, string decoded)
    {
        var target = http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var end = target.IndexOf('?', StringComparison.Ordinal);
        var segments = (end < 0 ? target : target[..end]).Split('/');
        var at = Array.FindIndex(segments, segment => segment.Equals("users", StringComparison.OrdinalIgnoreCase)) + 1;
        if (at == 0 || at >= segments.Length)
        {
            return decoded;
        }

        var raw = Uri.UnescapeDataString(segments[at]);
        return string.Equals(raw.Replace("/", "%2F", StringComparison.Ordinal), decoded, StringComparison.OrdinalIgnoreCase)
            ? raw
            : decoded;
    }
}
