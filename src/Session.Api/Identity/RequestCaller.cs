using SessionService.Application.Identity;

namespace SessionService.Api.Identity;

/// <summary>Whom a request names. A feature of the request, which <see cref="CallerResolver"/> sets when it is first asked.</summary>
/// <param name="Caller">The caller; without a name where the request names none, or is in error.</param>
/// <param name="Error">What is wrong with the way the request names its caller; <see langword="null"/> when nothing is.</param>
/// <param name="PathUser">
/// The normalized user of a path <c>/users/{user_id}/…</c>; <see langword="null"/> on other paths, and where it is blank.
/// </param>
internal sealed record RequestCaller(Caller Caller, string? Error, string? PathUser);
