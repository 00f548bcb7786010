using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Jobs;

/// <summary>
/// Background work that runs again and again for as long as the service runs. A run that fails because the database is away or busy is
/// logged, and the next run does its work. Any other exception is a fault and stops the service.
/// </summary>
internal abstract partial class RecurringJob(TimeProvider time, ILogger logger) : BackgroundService
{
    /// <summary>The name of the job in log lines.</summary>
    protected abstract string Name { get; }

    /// <summary>The pause between the end of a run and the beginning of the next one.</summary>
    protected abstract TimeSpan Interval { get; }

    /// <summary>Whether the settings want the job at all.</summary>
    protected virtual bool IsEnabled => true;

    /// <summary>Whether the first run begins at once; otherwise it begins after an interval.</summary>
    protected virtual bool RunsAtStart => true;

    /// <summary>The level of the log line about a run that failed.</summary>
    protected virtual LogLevel FailureLevel => LogLevel.Warning;

    protected TimeProvider Time { get; } = time;

    /// <summary>One run.</summary>
    /// <returns>Whether everything went well. A run that returns false has logged the reason itself.</returns>
    protected abstract Task<bool> RunAsync(CancellationToken cancellationToken);

    /// <summary>Whether an exception says that the next run may succeed.</summary>
    protected virtual bool IsPassing(Exception exception) => DatabaseFaults.IsPassing(exception);

    /// <summary>The pause after a run that failed.</summary>
    /// <param name="exception">The exception that ended the run; <see langword="null"/> where the run returned false.</param>
    protected virtual TimeSpan PauseAfterFailure(Exception? exception) => Interval;

    /// <summary>
    /// What the log says about an exception. Messages of the database are left out, because they may quote what users wrote.
    /// </summary>
    protected virtual string ReasonOf(Exception exception)
    {
        var cause = exception.GetBaseException();
        return cause is PostgresException postgres ? $"{cause.GetType().Name} {postgres.SqlState}" : cause.GetType().Name;
    }

    /// <summary>Waits after a piece of work, so that the job works no more than a share of the time.</summary>
    /// <param name="start">The timestamp at which the piece began.</param>
    /// <param name="share">The share, above 0 and at most 1.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    protected Task RestAsync(long start, double share, CancellationToken cancellationToken) =>
        Task.Delay(Time.GetElapsedTime(start) * ((1 / share) - 1), Time, cancellationToken);

    /// <summary>Counts a run that an exception ended.</summary>
    protected virtual void CountFailure()
    {
    }

    protected sealed override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!IsEnabled)
        {
            return;
        }

        var pause = RunsAtStart ? TimeSpan.Zero : Interval;
        while (true)
        {
            await Task.Delay(pause, Time, stoppingToken);
            pause = await RunOnceAsync(stoppingToken);
        }
    }

    /// <returns>The pause until the next run.</returns>
    private async Task<TimeSpan> RunOnceAsync(CancellationToken stoppingToken)
    {
        try
        {
            return await RunAsync(stoppingToken) ? Interval : PauseAfterFailure(exception: null);
        }
        catch (Exception exception) when (IsPassing(exception))
        {
            // A statement that the stop of the service cut off is no failure.
            stoppingToken.ThrowIfCancellationRequested();
            CountFailure();
            var reason = ReasonOf(exception);
            LogPostponed(FailureLevel, Name, reason);
            return PauseAfterFailure(exception);
        }
    }

    [LoggerMessage(EventId = 1, Message = "The {Job} job is postponed until its next run: {Reason}")]
    private partial void LogPostponed(LogLevel level, string job, string reason);
}
