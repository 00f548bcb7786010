namespace SessionService.Infrastructure.Persistence;

/// <summary>Advisory locks, for a database on one server.</summary>
/// <remarks>By hand: EF cannot say advisory locks.</remarks>
internal sealed class AdvisoryUserLocks : IUserLocks
{
    public Task TakeAsync(Sql sql, string userId, UserLockKind kind, CancellationToken cancellationToken) =>
        sql.Statement($"SELECT pg_advisory_xact_lock({KeyOf(kind)})", userId).ExecuteAsync(cancellationToken);

    public Task ShareAsync(Sql sql, string userId, UserLockKind kind, CancellationToken cancellationToken) =>
        sql.Statement($"SELECT pg_advisory_xact_lock_shared({KeyOf(kind)})", userId).ExecuteAsync(cancellationToken);

    public Task<bool> TryTakeAsync(
        Sql sql, string userId, UserLockKind kind, CancellationToken cancellationToken, bool isPatient = true) =>
        isPatient
            ? sql.Statement($"SELECT pg_try_advisory_xact_lock({KeyOf(kind)})", userId).ValueAsync<bool>(cancellationToken)
            : sql.Statement($"SELECT set_config('lock_timeout', '1s', true), pg_try_advisory_xact_lock({KeyOf(kind)})", userId)
                .FirstAsync(row => row.GetBoolean(1), cancellationToken);

    public Task RemoveAsync(string userId, CancellationToken cancellationToken) => Task.CompletedTask;

    private static string KeyOf(UserLockKind kind) => kind switch
    {
        UserLockKind.Derived => AdvisoryLocks.OfUser,
        UserLockKind.Attachments => AdvisoryLocks.AttachmentsOfUser,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "There is no such lock."),
    };
}
