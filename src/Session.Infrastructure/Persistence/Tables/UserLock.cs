namespace SessionService.Infrastructure.Persistence.Tables;

/// <summary>A row that transactions lock in place of an advisory lock.</summary>
public sealed class UserLock
{
    /// <summary>The user whose lock it is.</summary>
    public required string UserId { get; init; }

    /// <summary>What the lock is about, as a number.</summary>
    public required int Kind { get; init; }
}
