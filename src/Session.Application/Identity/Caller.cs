namespace SessionService.Application.Identity;

/// <summary>Who makes a request.</summary>
/// <param name="UserId">
/// The normalized user id; <see langword="null"/> where nobody is named, which only a closed network allows (<c>Identity:RequireUser</c>).
/// </param>
/// <param name="ActsForAny">Whether the caller may act for every user, also where the request names one of them.</param>
public readonly record struct Caller(string? UserId, bool ActsForAny = false);
