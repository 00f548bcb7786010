using SessionService.Application.Identity;

namespace SessionService.Api.Identity;

/// <summary>The users that a request names. A request feature: <see cref="CallerResolver"/> sets it on first use.</summary>
/// <param name="Caller">The caller; without an id where the request names none, or names one wrongly.</param>
/// <param name="Error">What is wrong with the way the request names its caller; <see langword="null"/> when nothing is.</param>
/// <param name="PathUser">
/// The normalized user of a path <c>/users/{user_id}/…</c>; <see langword="null"/> on other paths, and where it is blank.
/// </param>
internal sealed record RequestCaller(Caller Caller, string? Error, string? PathUser)
{
    /// <summary>
    /// The user whom header or query name beside a user's key. <see cref="CallerFilter"/> refuses another user than the key's.
    /// </summary>
    public string? NamedBeside { get; init; }
}
