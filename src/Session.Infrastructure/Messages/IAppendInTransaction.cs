using Npgsql;
using SessionService.Application.Messages;

namespace SessionService.Infrastructure.Messages;

/// <summary>Appends messages in the transaction of the caller, who commits.</summary>
internal interface IAppendInTransaction
{
    /// <returns>The outcomes, in the order of the writes.</returns>
    Task<Appended[]> ExecuteInTransactionAsync(
        NpgsqlConnection connection, IReadOnlyList<Append> writes, CancellationToken cancellationToken);
}
