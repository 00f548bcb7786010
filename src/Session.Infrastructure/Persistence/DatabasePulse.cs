using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace SessionService.Infrastructure.Persistence;

/// <summary>
/// The heartbeat of the database: asks a trivial question again and again, on a connection of its own. A server that does not answer is
/// lost, whatever the reason: stopped, frozen, cut off, or a primary that has become read-only. Statements with a <see cref="PulseWatch"/>
/// are then given up; while the pulse beats, a statement may take as long as it needs.
/// </summary>
/// <param name="ofPrimary">Whether a server that takes no writes is lost.</param>
/// <param name="patience">How long an answer may take.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Is told of the loss.</param>
/// <param name="host">The server in log lines, where there are several equals.</param>
/// <param name="ask">The question, where it is another one: it answers whether the server is lost.</param>
public sealed partial class DatabasePulse(
    bool ofPrimary,
    TimeSpan patience,
    TimeProvider time,
    ILogger<DatabasePulse> logger,
    string? host = null,
    Func<NpgsqlConnection, CancellationToken, Task<bool>>? ask = null) : IDisposable
{
    // Whether the server takes no writes: a standby, or a former primary after a failover.
    private const string Question = "SELECT pg_is_in_recovery() OR current_setting('default_transaction_read_only')::bool";

    // The patience is counted in steps and not read off a clock: a process that was paused itself finds the answer at the next step.
    private const int Steps = 4;

    private const int MaxCancellingThreads = 64;

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    private readonly ConcurrentQueue<PulseWatch> _givenUp = new();
    private volatile CancellationTokenSource _lost = new();
    private volatile bool _isLate;

    /// <summary>
    /// Raised when the database is lost or back, or has ended its connections: pooled connections, and what is known of the hosts, are out
    /// of date then.
    /// </summary>
    public event EventHandler? Interrupted;

    public bool IsLost => _lost.IsCancellationRequested;

    /// <summary>Whether the database is lost, or the answer to the question is overdue by half of the patience.</summary>
    public bool IsLate => IsLost || _isLate;

    /// <summary>A token to give to statements in place of a caller's.</summary>
    public PulseWatch Watch(CancellationToken caller = default) => new(_givenUp, _lost.Token, caller);

    /// <summary>Watches the database until the token is cancelled.</summary>
    public async Task RunAsync(NpgsqlDataSource dataSource, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await using var connection = await PatientlyAsync(dataSource.OpenConnectionAsync(cancellationToken).AsTask());
                await FollowAsync(connection, cancellationToken);
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                if (SaysThatItIsLost(exception))
                {
                    Lose(exception.GetBaseException().Message);
                }
            }

            await Task.Delay(Interval, time, cancellationToken);
        }
    }

    public void Dispose() => _lost.Dispose();

    /// <summary>Asks the question on one connection, for as long as the connection lasts.</summary>
    private async Task FollowAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                if (await PatientlyAsync(AskAsync(connection, cancellationToken)) && ofPrimary)
                {
                    // Another connection may lead elsewhere: to the next host, or wherever the name leads by now.
                    Lose("it takes no writes");
                    return;
                }

                Find();
                // Not a mere pause: the end of the connection shows at once.
                await connection.WaitAsync(Interval, cancellationToken);
            }
        }
        catch (NpgsqlException)
        {
            // The server ended this connection, and most likely the others. Drop those before requests find them; the next connection
            // tells whether the server is lost.
            Interrupted?.Invoke(this, EventArgs.Empty);
        }
    }

    private Task<bool> AskAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        ask?.Invoke(connection, cancellationToken) ?? new Sql(connection).Statement(Question).ValueAsync<bool>(cancellationToken);

    private async Task<T> PatientlyAsync<T>(Task<T> answer)
    {
        for (var step = 0; step < Steps; step++)
        {
            if (await Task.WhenAny(answer, Task.Delay(patience / Steps, time, CancellationToken.None)) == answer)
            {
                _isLate = false;
                return await answer;
            }

            _isLate = step + 1 >= Steps / 2;
        }

        Lose("no answer");
        return await answer;
    }

    // A server that has no connection left for us, or does not know us, is there for those who have one.
    private static bool SaysThatItIsLost(Exception exception) =>
        exception is not PostgresException postgres
        || postgres.SqlState is PostgresErrorCodes.CannotConnectNow or PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown;

    private void Lose(string reason)
    {
        if (IsLost)
        {
            return;
        }

        LogLost(Name, reason);
        _lost.Cancel();
        Interrupted?.Invoke(this, EventArgs.Empty);

        // Npgsql asks the server to cancel a statement, and blocks while the server does not answer. So each statement gets a thread.
        for (var threads = Math.Min(_givenUp.Count, MaxCancellingThreads); threads > 0; threads--)
        {
            new Thread(GiveUp) { IsBackground = true, Name = "Statements given up" }.UnsafeStart();
        }
    }

    private void GiveUp()
    {
        while (_givenUp.TryDequeue(out var watch))
        {
            try
            {
                watch.Lose();
            }
            catch (AggregateException)
            {
                // Whatever a cancelled statement makes of it is for its request to meet; here it would be the end of the process.
            }
        }
    }

    private void Find()
    {
        if (IsLost)
        {
            Interrupted?.Invoke(this, EventArgs.Empty);
            _lost = new CancellationTokenSource();
            LogFound(Name);
        }
    }

    private string Name =>
        host is not null ? $"The database server {host}" : ofPrimary ? "The database" : "The database for reads that may lag";

    [LoggerMessage(1, LogLevel.Warning, "{Name} is lost: {Reason}")]
    private partial void LogLost(string name, string reason);

    [LoggerMessage(2, LogLevel.Information, "{Name} is there again.")]
    private partial void LogFound(string name);
}
