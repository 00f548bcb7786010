namespace SessionService.Hosting.Identity;

/// <summary>The user that a request's token or key may act for.</summary>
/// <param name="UserId">
/// The normalized user id; <see langword="null"/> where it may act for any user, so that the request names one.
/// </param>
public sealed record TokenCaller(string? UserId);
