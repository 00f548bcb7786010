using SessionService.Domain.Errors;

namespace SessionService.Application.Preconditions;

/// <summary>The version that a session or memory must have for a request to change it (<c>If-Match</c>).</summary>
/// <param name="Versions">The versions that will do; <see langword="null"/> when any will.</param>
public sealed record Precondition(IReadOnlyCollection<string>? Versions)
{
    public static readonly Precondition None = new(Versions: null);

    /// <param name="version">The version that is there.</param>
    /// <param name="failure">Makes the refusal.</param>
    /// <exception cref="PreconditionFailedException">Another version is demanded.</exception>
    public void Demand(string version, Func<PreconditionFailedException> failure)
    {
        if (Versions is not null && !Versions.Contains(version, StringComparer.Ordinal))
        {
            throw failure();
        }
    }
}
