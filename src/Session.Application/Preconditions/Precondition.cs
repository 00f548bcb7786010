using SessionService.Domain.Errors;

namespace SessionService.Application.Preconditions;

/// <summary>The version that a session or memory must have for a request to change it (<c>If-Match</c>).</summary>
/// <param name="Versions">The accepted versions; <see langword="null"/> to accept any.</param>
public sealed record Precondition(IReadOnlyCollection<string>? Versions)
{
    public static readonly Precondition None = new(Versions: null);

    /// <param name="version">The stored version.</param>
    /// <param name="failure">Creates the exception.</param>
    /// <exception cref="PreconditionFailedException">Another version is demanded.</exception>
    public void Demand(string version, Func<PreconditionFailedException> failure)
    {
        if (Versions is not null && !Versions.Contains(version, StringComparer.Ordinal))
        {
            throw failure();
        }
    }
}
