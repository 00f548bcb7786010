using System.Data;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace SessionService.Infrastructure.Persistence;

internal static class ContextTransactions
{
    /// <summary>
    /// Runs reads and writes of EF in a transaction, which is committed unless the work throws. Work that loses a race runs again, as in
    /// <see cref="Database"/>.
    /// </summary>
    public static async Task<T> InTransactionAsync<T>(
        this SessionDbContext context, Func<Task<T>> work, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await context.RunAsync(IsolationLevel.ReadCommitted, work, commits: true, cancellationToken);
            }
            catch (Exception exception)
                when (attempt < Database.RaceAttempts
                    && (exception as PostgresException ?? exception.InnerException) is PostgresException lost
                    && DatabaseFaults.IsRace(lost))
            {
                // The next attempt sees what the winner wrote.
            }
        }
    }

    /// <summary>Runs reads of EF on one snapshot, so that their answers tell of one moment.</summary>
    public static Task<T> ReadSnapshotAsync<T>(this SessionDbContext context, Func<Task<T>> work, CancellationToken cancellationToken) =>
        context.RunAsync(IsolationLevel.RepeatableRead, work, commits: false, cancellationToken);

    private static Task<T> RunAsync<T>(
        this SessionDbContext context, IsolationLevel isolation, Func<Task<T>> work, bool commits, CancellationToken cancellationToken) =>
        context.Database.CreateExecutionStrategy().ExecuteAsync(
            async token =>
            {
                context.ChangeTracker.Clear();
                await using var transaction = await context.Database.BeginTransactionAsync(isolation, token);
                var result = await context.DoAsync(work);
                if (commits)
                {
                    await transaction.CommitAsync(token);
                }

                return result;
            },
            cancellationToken);

    /// <summary>
    /// Does the work of a transaction. A connection may break after a statement has its rows. The next statement then finds the
    /// transaction completed, which EF reports as a misuse. Nothing has been committed, so this is a lost connection like any other.
    /// </summary>
    private static async Task<T> DoAsync<T>(this SessionDbContext context, Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (InvalidOperationException exception) when (context.Database.GetDbConnection().State != ConnectionState.Open)
        {
            throw new NpgsqlException("The connection broke between two statements.", new IOException(exception.Message, exception));
        }
    }
}
