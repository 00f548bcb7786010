namespace SessionService.Application.Identity;

/// <summary>Who makes a request.</summary>
/// <param name="UserId">
/// The normalized user id; <see langword="null"/> where nobody is named, which only a closed network allows (<c>Identity:RequireUser</c>).
/// </param>
public readonly record struct Caller(string? UserId);
