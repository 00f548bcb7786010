using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using SessionService.Infrastructure.Jobs;

namespace SessionService.UnitTests.Jobs;

public sealed class RecurringJobTests
{
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly FakeTimeProvider _clock = new();
    private readonly Lines _log = new();

    [Fact]
    public async Task A_job_runs_at_once_and_then_after_each_interval()
    {
        using var job = new Job(_clock, _log);

        await job.StartAsync(CancellationToken.None);
        await job.FirstRun.WaitAsync(Patience);
        await LetRunAsync(job, runs: 3);

        Assert.Equal(TimeSpan.Zero, job.Pauses[0]);
        Assert.All(job.Pauses[1..3], pause => Assert.True(pause >= Job.UsualPause, $"The pause was {pause}."));
        Assert.Empty(_log.All);
    }

    [Fact]
    public async Task A_job_that_does_not_run_at_once_waits_for_an_interval()
    {
        using var job = new Job(_clock, _log, runsAtStart: false);

        await RunAsync(job, runs: 1);

        Assert.True(job.Pauses[0] >= Job.UsualPause);
    }

    [Fact]
    public async Task A_run_that_the_database_fails_is_logged_by_the_name_of_the_job_and_comes_again_after_a_longer_pause()
    {
        using var job = new Job(_clock, _log) { OnRun = run => run == 1 ? throw new NpgsqlException("secret") : true };

        await RunAsync(job, runs: 2);

        Assert.True(job.Pauses[1] >= Job.LongPause);
        Assert.Equal(["Warning: The tidy job is postponed until its next run: NpgsqlException"], _log.All);
    }

    [Fact]
    public async Task A_run_that_was_not_well_comes_again_after_a_longer_pause()
    {
        using var job = new Job(_clock, _log) { OnRun = run => run > 1 };

        await RunAsync(job, runs: 2);

        Assert.True(job.Pauses[1] >= Job.LongPause);
    }

    [Fact]
    public async Task A_fault_ends_the_job()
    {
        using var job = new Job(_clock, _log) { OnRun = _ => throw new InvalidOperationException("fault") };
        await job.StartAsync(CancellationToken.None);

        await Assert.ThrowsAsync<InvalidOperationException>(() => job.ExecuteTask!.WaitAsync(Patience));
    }

    [Fact]
    public async Task A_run_that_the_stop_of_the_service_cuts_off_is_not_logged()
    {
        using var job = new Job(_clock, _log);
        Task? stop = null;
        job.OnRun = _ =>
        {
            stop = job.StopAsync(CancellationToken.None);
            throw new NpgsqlException("cut off");
        };
        await job.StartAsync(CancellationToken.None);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => job.ExecuteTask!.WaitAsync(Patience));
        await stop!;
        Assert.Empty(_log.All);
    }

    [Fact]
    public async Task A_job_that_is_switched_off_never_runs()
    {
        using var job = new Job(_clock, _log, isEnabled: false);
        await job.StartAsync(CancellationToken.None);

        await job.ExecuteTask!.WaitAsync(Patience);

        Assert.Empty(job.Pauses);
    }

    /// <summary>Lets the time pass until a job has run so many times.</summary>
    private async Task RunAsync(Job job, int runs)
    {
        await job.StartAsync(CancellationToken.None);
        await LetRunAsync(job, runs);
    }

    private async Task LetRunAsync(Job job, int runs)
    {
        while (job.Pauses.Length < runs)
        {
            _clock.Advance(Step);
            await Task.Yield();
        }

        await job.StopAsync(CancellationToken.None);
    }

    private sealed class Job(TimeProvider time, ILogger logger, bool runsAtStart = true, bool isEnabled = true) : RecurringJob(time, logger)
    {
        public static readonly TimeSpan UsualPause = TimeSpan.FromMinutes(1);
        public static readonly TimeSpan LongPause = TimeSpan.FromMinutes(5);

        private readonly ConcurrentQueue<TimeSpan> _pauses = new();
        private readonly TaskCompletionSource _firstRun = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private DateTimeOffset _end = time.GetUtcNow();

        public Func<int, bool> OnRun { get; set; } = _ => true;

        public Task FirstRun => _firstRun.Task;

        /// <summary>How long it was to each run from the end of the run before.</summary>
        public TimeSpan[] Pauses => [.. _pauses];

        protected override string Name => "tidy";

        protected override TimeSpan Interval => UsualPause;

        protected override bool RunsAtStart => runsAtStart;

        protected override bool IsEnabled => isEnabled;

        protected override TimeSpan PauseAfterFailure(Exception? exception) => LongPause;

        protected override Task<bool> RunAsync(CancellationToken cancellationToken)
        {
            _pauses.Enqueue(Time.GetUtcNow() - _end);
            _end = Time.GetUtcNow();
            _firstRun.TrySetResult();
            return Task.FromResult(OnRun(_pauses.Count));
        }
    }

    private sealed class Lines : ILogger
    {
        private readonly ConcurrentQueue<string> _lines = new();

        public string[] All => [.. _lines];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            _lines.Enqueue($"{logLevel}: {formatter(state, exception)}");
    }
}
