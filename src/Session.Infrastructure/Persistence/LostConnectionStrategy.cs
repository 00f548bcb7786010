using Microsoft.EntityFrameworkCore.Storage;

namespace SessionService.Infrastructure.Persistence;

/// <summary>
/// Gives EF the rule of <see cref="Database"/>: once more, on another connection, where nothing can have been committed. EF buffers the
/// rows of a query for that, so the whole query is repeated.
/// </summary>
internal sealed class LostConnectionStrategy(ExecutionStrategyDependencies dependencies)
    : ExecutionStrategy(dependencies, maxRetryCount: 1, maxRetryDelay: TimeSpan.Zero)
{
    protected override bool ShouldRetryOn(Exception exception) => DatabaseFaults.IsLostConnection(exception);

    protected override TimeSpan? GetNextDelay(Exception lastException) => base.GetNextDelay(lastException) is null ? null : TimeSpan.Zero;
}
