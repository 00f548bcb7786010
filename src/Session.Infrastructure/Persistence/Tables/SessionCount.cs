using SessionService.Domain.Sessions;

namespace SessionService.Infrastructure.Persistence.Tables;

/// <summary>
/// A share of the number of a user's sessions of one kind. Every creation and every change of status or star adds to one of these rows in
/// its own transaction, and the number is the sum of the rows: exact, and as cheap with a hundred thousand sessions as with ten.
/// </summary>
public sealed class SessionCount
{
    public required string UserId { get; init; }

    /// <summary>Writers add to different slots so that they do not wait for each other.</summary>
    public required short Slot { get; init; }

    public required SessionStatus Status { get; init; }

    public required bool IsStarred { get; init; }

    /// <summary>Negative where sessions came through other slots than they left through; only the sum has a meaning.</summary>
    public long Sessions { get; init; }
}
