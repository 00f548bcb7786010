using System.Data;
using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace SessionService.Infrastructure.Persistence;

/// <summary>
/// Prepares every command of EF before it runs; to prepare one again costs nothing. Npgsql's automatic preparation is off because of
/// npgsql #6391: where the execution that prepares a statement fails on the server (a cancellation is enough), the next command on that
/// connection fails too.
/// </summary>
internal sealed class PreparedCommands : DbCommandInterceptor
{
    public static readonly PreparedCommands Instance = new();

    public override async ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
        DbCommand command,
        CommandEventData eventData,
        InterceptionResult<DbDataReader> result,
        CancellationToken cancellationToken = default)
    {
        await command.PrepareAsync(cancellationToken);
        return result;
    }

    public override async ValueTask<InterceptionResult<int>> NonQueryExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
    {
        await command.PrepareAsync(cancellationToken);
        return result;
    }

    /// <summary>
    /// A statement that writes outside a transaction commits by itself: where no answer came, nobody knows whether the database made it.
    /// </summary>
    public override Task CommandFailedAsync(
        DbCommand command, CommandErrorEventData eventData, CancellationToken cancellationToken = default) =>
        IsWrite(command, eventData) && UncertainWrite.IsSilence(eventData.Exception)
            ? throw new WriteOutcomeUnknownException(eventData.Exception)
            : Task.CompletedTask;

    /// <summary>
    /// Likewise nobody knows of a cancelled statement whose answer was not waited for. To stop waiting ends the connection; on a connection
    /// that is still open the statement was not sent.
    /// </summary>
    public override Task CommandCanceledAsync(
        DbCommand command, CommandEndEventData eventData, CancellationToken cancellationToken = default) =>
        IsWrite(command, eventData) && command.Connection is not { State: ConnectionState.Open }
            ? throw new WriteOutcomeUnknownException(new OperationCanceledException(cancellationToken))
            : Task.CompletedTask;

    private static bool IsWrite(DbCommand statement, CommandEventData command) =>
        statement.Transaction is null
        && (command.ExecuteMethod == DbCommandMethod.ExecuteNonQuery || command.CommandSource == CommandSource.SaveChanges);
}
