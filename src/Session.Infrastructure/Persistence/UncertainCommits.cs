using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace SessionService.Infrastructure.Persistence;

/// <summary>Tells the failure of EF's commits apart from failures before them.</summary>
internal sealed class UncertainCommits : DbTransactionInterceptor
{
    public static readonly UncertainCommits Instance = new();

    public override Task TransactionFailedAsync(
        DbTransaction transaction, TransactionErrorEventData eventData, CancellationToken cancellationToken = default) =>
        eventData.Action == "Commit" && UncertainWrite.IsUncertainCommit(eventData.Exception)
            ? throw new WriteOutcomeUnknownException(eventData.Exception)
            : Task.CompletedTask;
}
