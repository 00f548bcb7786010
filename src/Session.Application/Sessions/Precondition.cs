using SessionService.Domain.Sessions;

namespace SessionService.Application.Sessions;

/// <summary>What a request demands of the session that it changes (<c>If-Match</c>): a version, or that it exists, or nothing.</summary>
/// <param name="Versions">The versions that will do; <see langword="null"/> when any will.</param>
public sealed record Precondition(IReadOnlyCollection<string>? Versions)
{
    public static readonly Precondition None = new(Versions: null);

    public bool IsMetBy(string versionTag) => Versions?.Contains(versionTag, StringComparer.Ordinal) ?? true;

    /// <exception cref="Domain.Errors.PreconditionFailedException">The session is another version.</exception>
    public void Demand(string versionTag)
    {
        if (!IsMetBy(versionTag))
        {
            throw SessionErrors.Changed();
        }
    }
}
