using Npgsql;

namespace SessionService.Infrastructure.Persistence;

/// <summary>The part of a write that commits: where it fails, the write may have been made all the same.</summary>
internal static class UncertainWrite
{
    // Npgsql's words; nothing else tells a failed send from an answer that did not come.
    private const string FailedSend = "Exception while writing to stream";

    /// <summary>Executes a statement that writes and commits by itself.</summary>
    /// <exception cref="PostgresException">The database refused the write, or had ended the connection before; it was not made.</exception>
    /// <exception cref="WriteOutcomeUnknownException">
    /// The connection to the server, or that of the server to another one, was lost, or the time was up: the write was made or not.
    /// </exception>
    public static async Task<T> ExecuteAsync<T>(
        NpgsqlCommand command, Func<NpgsqlDataReader, Task<T>> read, CancellationToken cancellationToken)
    {
        await using var reader = await ExecuteAsync(command, cancellationToken);
        return await CommitAsync(async () =>
        {
            var result = await read(reader);

            // The rows come before the commit: only the end of the answer says that it is done. To close the reader would not do, as
            // that takes an end which does not come in time for one that came.
            await reader.NextResultAsync(cancellationToken);
            return result;
        });
    }

    /// <summary>Commits.</summary>
    /// <exception cref="PostgresException">The database refused the write; it was not made.</exception>
    /// <exception cref="WriteOutcomeUnknownException">The connection was lost or the time was up: the write was made or not.</exception>
    public static async Task<T> CommitAsync<T>(Func<Task<T>> commit)
    {
        try
        {
            return await commit();
        }
        catch (Exception exception) when (IsUncertainCommit(exception))
        {
            throw new WriteOutcomeUnknownException(exception);
        }
    }

    /// <summary>Whether a commit that failed may have been made all the same: unless the server refused it, nobody knows.</summary>
    public static bool IsUncertainCommit(Exception exception) =>
        IsSilence(exception) || (exception is PostgresException last && !DatabaseFaults.IsRefusedCommit(last));

    /// <summary>Whether a batch that ends with the commit, and failed, may have been committed all the same.</summary>
    /// <param name="exception">The failure.</param>
    /// <param name="isAtCommit">Whether the server had answered every statement before the commit.</param>
    /// <remarks>
    /// The server makes a commit as soon as it has read it. So a batch of which the rest could not be sent may have been committed too.
    /// </remarks>
    public static bool IsUncertainBatch(Exception exception, bool isAtCommit) => exception switch
    {
        PostgresException => isAtCommit && IsUncertainCommit(exception),
        NpgsqlException => true,
        _ => IsUncertainCommit(exception),
    };

    private static async Task<NpgsqlDataReader> ExecuteAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        try
        {
            return await command.ExecuteReaderAsync(cancellationToken);
        }
        catch (Exception exception) when (IsSilence(exception))
        {
            // Any other error of the server, even a fatal one, stands here where the first row would: nothing was written before it.
            throw new WriteOutcomeUnknownException(exception);
        }
    }

    /// <summary>Whether an exception says nothing of what the server did.</summary>
    /// <remarks>
    /// A cancellation that the server has confirmed carries the server's error. One that was not waited for says as little as a broken
    /// connection. Where sending failed, the end of the statement never left, and without it the server commits nothing. A coordinator
    /// that lost a worker answers with an error, and the worker may have committed.
    /// </remarks>
    public static bool IsSilence(Exception exception) => exception switch
    {
        PostgresException postgres => DatabaseFaults.IsLostNode(postgres),
        NpgsqlException { Message: FailedSend, InnerException: IOException } => false,
        NpgsqlException => true,
        OperationCanceledException { InnerException: PostgresException } => false,
        OperationCanceledException => true,
        _ => false,
    };
}
