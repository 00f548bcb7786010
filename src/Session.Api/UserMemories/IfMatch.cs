using Microsoft.Net.Http.Headers;
using SessionService.Domain.Errors;

namespace SessionService.Api.UserMemories;

/// <summary>What <c>If-Match</c> demands of a memory.</summary>
internal static class IfMatch
{
    /// <summary>Whether a version will do; any does without the header. A weak tag never does (RFC 9110).</summary>
    /// <exception cref="InvalidFieldException">The header is no list of tags.</exception>
    public static Predicate<int> Read(string? header)
    {
        if (header is null)
        {
            return _ => true;
        }

        return EntityTagHeaderValue.TryParseStrictList([header], out var tags)
            ? version => tags.Any(tag => tag.Equals(EntityTagHeaderValue.Any) || (!tag.IsWeak && tag.Tag == $"\"{version}\""))
            : throw new InvalidFieldException("if_match", "must be an ETag in double quotes, several with commas between, or *");
    }
}
