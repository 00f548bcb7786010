using Npgsql;

namespace SessionService.Infrastructure.Persistence;

/// <summary>
/// Locks of rows, for a sharded database: an advisory lock holds on one server, and the rows of a user are on the user's shard, whichever
/// server an instance is connected to. The first transaction that wants a lock adds the row, which nobody else sees before the commit.
/// </summary>
/// <remarks>By hand: EF cannot say row locks.</remarks>
internal sealed class UserLockRows(Database database) : IUserLocks
{
    private const string Find = "SELECT kind FROM dev.user_locks WHERE user_id = $1 AND kind = $2";

    // Removes nothing. A shard moves only when the transactions that write to the shard have ended, and a lock of a row does not move with
    // it: so whoever locks writes.
    private const string KeepShard = "DELETE FROM dev.user_locks WHERE user_id = $1 AND kind = -1";

    private const string Take = $"{Find} FOR UPDATE";

    private const string Share = $"{Find} FOR SHARE";

    private const string TryTake = $"{Find} FOR UPDATE SKIP LOCKED";

    // Waits for another transaction that adds or removes the row.
    private const string Add = "INSERT INTO dev.user_locks (user_id, kind) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING kind";

    // Waits for those who hold the rows. Whoever waits for a row that is removed meanwhile finds none, and adds another.
    private const string Remove = "DELETE FROM dev.user_locks WHERE user_id = $1";

    // For the servers of the shards too.
    private const string PassOn = "SET LOCAL citus.propagate_set_commands = 'local'";
    private const string LimitWaiting = "SET LOCAL lock_timeout = '1s'";
    private const string WaitAsUsual = "SET LOCAL lock_timeout TO DEFAULT";

    public Task TakeAsync(Sql sql, string userId, UserLockKind kind, CancellationToken cancellationToken) =>
        LockAsync(sql, Take, userId, kind, cancellationToken);

    public Task ShareAsync(Sql sql, string userId, UserLockKind kind, CancellationToken cancellationToken) =>
        LockAsync(sql, Share, userId, kind, cancellationToken);

    public async Task<bool> TryTakeAsync(
        Sql sql, string userId, UserLockKind kind, CancellationToken cancellationToken, bool isPatient = true)
    {
        var isTaken = false;
        var batch = new SqlBatch(sql.Connection);
        batch.Add(PassOn);
        batch.Add(LimitWaiting);
        batch.Add(KeepShard, userId);
        batch.Query(_ => isTaken = true, TryTake, userId, (int)kind);
        await batch.ExecuteAsync(cancellationToken);
        try
        {
            // To add the row may have to wait for another transaction that adds it.
            isTaken = isTaken || await IsFoundAsync(sql, Add, userId, kind, cancellationToken);
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.LockNotAvailable)
        {
            return false;
        }

        if (isTaken && isPatient)
        {
            await sql.Statement(WaitAsUsual).ExecuteAsync(cancellationToken);
        }

        return isTaken;
    }

    public Task RemoveAsync(string userId, CancellationToken cancellationToken) =>
        database.WriteAsync(sql => sql.Statement(Remove, userId).ExecuteAsync(cancellationToken), cancellationToken);

    private static async Task LockAsync(Sql sql, string text, string userId, UserLockKind kind, CancellationToken cancellationToken)
    {
        await sql.Statement(KeepShard, userId).ExecuteAsync(cancellationToken);
        while (!await IsFoundAsync(sql, text, userId, kind, cancellationToken)
            && !await IsFoundAsync(sql, Add, userId, kind, cancellationToken))
        {
            // Another transaction has added the row meanwhile.
        }
    }

    private static async Task<bool> IsFoundAsync(
        Sql sql, string text, string userId, UserLockKind kind, CancellationToken cancellationToken) =>
        await sql.Statement(text, userId, (int)kind).ValueAsync<int?>(cancellationToken) is not null;
}
