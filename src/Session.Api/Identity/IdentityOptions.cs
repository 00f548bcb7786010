namespace SessionService.Api.Identity;

/// <summary>How callers are known. Section <c>Identity</c>.</summary>
public sealed class IdentityOptions
{
    public const string Section = "Identity";

    /// <summary>
    /// Whether a request about one user's data must name its caller. Off only for closed networks in which services call each
    /// other without a user: a request without a caller then reaches every session.
    /// </summary>
    public bool RequireUser { get; set; } = true;
}
