using SessionService.Domain.Errors;

namespace SessionService.Application.Preconditions;

/// <summary>The version that a session, memory or feedback must have for a request to change it (<c>If-Match</c>).</summary>
/// <param name="Versions">The accepted versions; <see langword="null"/> to accept any.</param>
/// <param name="DemandsSome">Whether there must be a version, whichever it is.</param>
public sealed record Precondition(IReadOnlyCollection<string>? Versions, bool DemandsSome = false)
{
    public static readonly Precondition None = new(Versions: null);

    public static readonly Precondition Some = new(Versions: null, DemandsSome: true);

    /// <param name="version">The stored version; <see langword="null"/> where nothing is stored.</param>
    /// <param name="failure">Creates the exception.</param>
    /// <exception cref="PreconditionFailedException">Another version is demanded.</exception>
    public void Demand(string? version, Func<PreconditionFailedException> failure)
    {
        if (version is null ? Versions is not null || DemandsSome : Versions?.Contains(version, StringComparer.Ordinal) == false)
        {
            throw failure();
        }
    }
}
