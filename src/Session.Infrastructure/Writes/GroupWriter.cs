using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Writes;

/// <summary>
/// Writes together what arrives together. A few writers, each on a connection of its own, take whatever waits as one group and make it
/// with one statement and one commit; while that is on its way the next group gathers. The first write never waits for company: with a
/// writer free its caller sends it off itself. Callers are answered after the commit.
/// </summary>
internal sealed partial class GroupWriter<TWrite, TOutcome> : IAsyncDisposable
{
    private const string Everybody = "";

    // Each attempt but the last ends because somebody else's write was made meanwhile, or with the connection; hardly ever is there more than one.
    private const int MaxAttempts = 3;

    private readonly IGroupStatement<TWrite, TOutcome> _statement;
    private readonly WriterDataSource _dataSource;
    private readonly WriteOptions _options;
    private readonly WriteSeries _series;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly WriteQueue<PendingWrite<TWrite, TOutcome>> _queue;
    private readonly WriterConnection[] _connections;

    public GroupWriter(
        IGroupStatement<TWrite, TOutcome> statement,
        WriterDataSource dataSource,
        IOptions<WriteOptions> options,
        WriteMetrics metrics,
        TimeProvider time,
        ILogger<GroupWriter<TWrite, TOutcome>> logger)
    {
        _statement = statement;
        _dataSource = dataSource;
        _options = options.Value;
        _series = metrics.Of(statement.Kind);
        _time = time;
        _logger = logger;
        _queue = new WriteQueue<PendingWrite<TWrite, TOutcome>>(
            _options, pending => pending.Size, pending => statement.RowOf(pending.Write), () =>
            {
                var admits = statement.NewAdmission();
                return pending => admits(pending.Write);
            });
        _connections = [.. Enumerable.Range(0, _options.Writers).Select(_ => new WriterConnection(dataSource))];
    }

    /// <summary>Makes a write and answers after its commit. A cancellation takes it out unless it is on its way already.</summary>
    /// <exception cref="WritesOverloadedException">Too many wait; it was not made.</exception>
    /// <exception cref="WriteOutcomeUnknownException">It may have been made or not.</exception>
    /// <exception cref="NpgsqlException">The database could not make it; it was not made.</exception>
    public async Task<TOutcome> WriteAsync(TWrite write, CancellationToken cancellationToken)
    {
        if (!_options.Coalesce)
        {
            await using var connection = new WriterConnection(_dataSource);
            return (await ExecuteAsync(connection, [write], cancellationToken))[0];
        }

        var pending = new PendingWrite<TWrite, TOutcome>(write, _statement.SizeOf(write), _series, _time);
        _series.CountWaiting();
        if (!_queue.TryAdd(_options.OneUserAStatement ? _statement.UserOf(write) : Everybody, pending, out var writer))
        {
            _series.CountRefused();
            throw new WritesOverloadedException();
        }

        if (writer is { } free)
        {
            StartWriting(free);
        }

        await using var cancellation = cancellationToken.UnsafeRegister(
            static (state, token) => ((PendingWrite<TWrite, TOutcome>)state!).Cancel(token), pending);
        return await pending.Outcome;
    }

    /// <summary>Makes what still waits, and stops.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Complete();
        await _queue.Drained;
        foreach (var connection in _connections)
        {
            await connection.DisposeAsync();
        }
    }

    /// <summary>
    /// Lets a writer go to work at once, on this thread until it first has to wait: a write that is alone is on its way before anybody
    /// else would have been woken for it.
    /// </summary>
    private void StartWriting(int writer)
    {
        // The writer goes on for others when this request is answered, and must not count as a part of it.
        var request = Activity.Current;
        Activity.Current = null;
        using var apart = ExecutionContext.SuppressFlow();
        _ = WriteGroupsAsync(writer);
        Activity.Current = request;
    }

    private async Task WriteGroupsAsync(int writer)
    {
        List<PendingWrite<TWrite, TOutcome>>? waiting = null;
        while ((waiting = _queue.TakeGroup(writer, waiting)) is not null)
        {
            var group = waiting.FindAll(pending => pending.TryTake());
            if (group.Count > 0)
            {
                await WriteGroupAsync(_connections[writer], group);
            }
        }
    }

    /// <summary>Makes a group and answers its callers; whatever goes wrong, they hear of it, and the writer goes on.</summary>
    private async Task WriteGroupAsync(WriterConnection connection, List<PendingWrite<TWrite, TOutcome>> group)
    {
        try
        {
            using var span = WriteTracing.StartGroup(_series.Kind, group.Count, group.Select(pending => pending.Origin));
            using var watch = _dataSource.Watch(CancellationToken.None);
            var outcomes = await ExecuteAsync(connection, group.ConvertAll(pending => pending.Write), watch.Token);
            for (var i = 0; i < group.Count; i++)
            {
                group[i].Complete(outcomes[i]);
            }
        }
        catch (PostgresException exception) when (Divide(group, exception) is { Count: > 1 } parts)
        {
            LogRetryingInParts(exception.SqlState, group.Count, parts.Count);
            foreach (var part in parts)
            {
                await WriteGroupAsync(connection, part);
            }
        }
        catch (Exception exception)
        {
            var failure = exception is OperationCanceledException ? new DatabaseLostException(exception) : exception;
            group.ForEach(pending => pending.Fail(failure));
        }
    }

    /// <summary>
    /// The smaller groups in which a refused one is made, none of which was made yet: each write alone finds the one at fault. Where a row is
    /// held, all writes to a row share one wait for it; one after the other they would hold up the writer for as many.
    /// </summary>
    private List<List<PendingWrite<TWrite, TOutcome>>> Divide(List<PendingWrite<TWrite, TOutcome>> group, PostgresException refusal) =>
        !DatabaseFaults.IsOfOneWrite(refusal) ? []
        : refusal.SqlState != PostgresErrorCodes.LockNotAvailable ? group.ConvertAll(pending => new List<PendingWrite<TWrite, TOutcome>> { pending })
        : [.. group.GroupBy(pending => _statement.RowOf(pending.Write) ?? (object)pending).Select(ofOneRow => ofOneRow.ToList())];

    private async Task<TOutcome[]> ExecuteAsync(WriterConnection connection, List<TWrite> writes, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var open = await connection.OpenAsync(cancellationToken);
            try
            {
                var outcomes = await _statement.ExecuteAsync(open, writes, cancellationToken);
                _series.CountGroup(writes.Count, outcomes.Count(_statement.IsMade));
                return outcomes;
            }
            catch (NpgsqlException exception) when (attempt < MaxAttempts && (DatabaseFaults.IsRace(exception) || DatabaseFaults.IsLostConnection(exception)))
            {
                // Nothing was made: another transaction was in the way, and the next attempt sees what that did; or the server ended
                // the connection, as it does when it restarts, and there may be another; or it has become read-only, and another one writes.
                LogRetrying(exception.SqlState, writes.Count);
                if (exception.SqlState == PostgresErrorCodes.ReadOnlySqlTransaction)
                {
                    _dataSource.Forget();
                }
            }
        }
    }

    [LoggerMessage(1, LogLevel.Debug, "A group of {Count} writes was not made ({SqlState}): making it once more.")]
    private partial void LogRetrying(string? sqlState, int count);

    [LoggerMessage(2, LogLevel.Warning, "The database refused a group of {Count} writes ({SqlState}): making it in {Parts} parts.")]
    private partial void LogRetryingInParts(string sqlState, int count, int parts);
}
