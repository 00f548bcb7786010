using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Writes;

/// <summary>
/// Writes together what arrives together. A few writers, each on a connection of its own, take the waiting writes as one group and make
/// them with one statement and one commit; meanwhile the next group gathers. A write never waits for others: while a writer is free, the
/// caller starts it at once. Callers are answered after the commit. Each node of a sharded database has writers and a queue of its own:
/// one that does not answer holds up the writes of its users only. Retries are here and not in <see cref="Database"/>, because a lost
/// connection is the writer's own, and the writer opens another.
/// </summary>
internal sealed partial class GroupWriter<TWrite, TOutcome> : IAsyncDisposable
{
    // An attempt fails because of another transaction or a lost connection. A second attempt is rare.
    private const int MaxAttempts = 3;

    private readonly IGroupStatement<TWrite, TOutcome> _statement;
    private readonly WriterDataSource _dataSource;
    private readonly WriteOptions _options;
    private readonly WriteSeries _series;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ConcurrentDictionary<int, Node> _nodes = new();
    private readonly Func<int, Node> _newNode;
    private volatile bool _isDisposed;

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
        _newNode = id => new Node(
            id,
            new WriteQueue<PendingWrite<TWrite, TOutcome>>(
                _options, pending => pending.Size, pending => statement.RowOf(pending.Write), () =>
                {
                    var admits = statement.NewAdmission();
                    return pending => admits(pending.Write);
                }),
            [.. Enumerable.Range(0, _options.Writers).Select(_ => new WriterConnection(dataSource))]);
    }

    /// <summary>Makes a write and answers after its commit. A cancellation withdraws the write unless it is in a group already.</summary>
    /// <exception cref="WritesOverloadedException">Too many writes wait; this one was not made.</exception>
    /// <exception cref="WriteOutcomeUnknownException">The write was made or not.</exception>
    /// <exception cref="NpgsqlException">The database could not make the write.</exception>
    public async Task<TOutcome> WriteAsync(TWrite write, CancellationToken cancellationToken)
    {
        var user = _statement.UserOf(write);
        var nodeId = _dataSource.Hosts.NodeOf(user);
        if (!_options.Coalesce)
        {
            await using var connection = new WriterConnection(_dataSource);
            return (await ExecuteAsync(connection, _dataSource.Hosts.OfNode(nodeId), [write], cancellationToken))[0];
        }

        var pending = new PendingWrite<TWrite, TOutcome>(write, _statement.SizeOf(write), _series, _time);
        _series.CountWaiting();
        var node = _nodes.GetOrAdd(nodeId, _newNode);
        if (_isDisposed || !node.Queue.TryAdd(user, pending, out var writer))
        {
            _series.CountRefused();
            throw new WritesOverloadedException();
        }

        if (writer is { } free)
        {
            StartWriting(node, free);
        }

        await using var cancellation = cancellationToken.UnsafeRegister(
            static (state, token) => ((PendingWrite<TWrite, TOutcome>)state!).Cancel(token), pending);
        return await pending.Outcome;
    }

    /// <summary>Makes the writes that still wait, and stops.</summary>
    public async ValueTask DisposeAsync()
    {
        _isDisposed = true;
        foreach (var node in _nodes.Values)
        {
            node.Queue.Complete();
            await node.Queue.Drained;
            foreach (var connection in node.Connections)
            {
                await connection.DisposeAsync();
            }
        }
    }

    /// <summary>
    /// Starts a writer on this thread, until it first has to wait: a single write is sent before another thread could have been woken for
    /// it.
    /// </summary>
    private void StartWriting(Node node, int writer)
    {
        // The writer goes on for other requests, so its work is no part of this request's span.
        var request = Activity.Current;
        Activity.Current = null;
        using var apart = ExecutionContext.SuppressFlow();
        _ = WriteGroupsAsync(node, writer);
        Activity.Current = request;
    }

    private async Task WriteGroupsAsync(Node node, int writer)
    {
        List<PendingWrite<TWrite, TOutcome>>? waiting = null;
        while ((waiting = node.Queue.TakeGroup(writer, waiting)) is not null)
        {
            var group = waiting.FindAll(pending => pending.TryTake());
            if (group.Count > 0)
            {
                await WriteGroupAsync(node, node.Connections[writer], group);
            }
        }
    }

    /// <summary>Makes a group and answers its callers. A failure goes to the callers, and the writer goes on.</summary>
    private async Task WriteGroupAsync(
        Node node, WriterConnection connection, List<PendingWrite<TWrite, TOutcome>> group)
    {
        try
        {
            using var span = WriteTracing.StartGroup(_series.Kind, group.Count, group.Select(pending => pending.Origin));
            var host = _dataSource.Hosts.OfNode(node.Id);
            using var watch = host.Primary.Watch(CancellationToken.None);
            var outcomes = await ExecuteAsync(connection, host, group.ConvertAll(pending => pending.Write), watch.Token);
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
                await WriteGroupAsync(node, connection, part);
            }
        }
        catch (Exception exception)
        {
            var failure = exception is OperationCanceledException ? new DatabaseLostException(exception) : exception;
            group.ForEach(pending => pending.Fail(failure));
        }
    }

    /// <summary>
    /// The smaller groups into which a refused group is divided: each write alone, to find the one at fault. Where a row is locked, all
    /// writes to the same row stay together and share one wait for it.
    /// </summary>
    private List<List<PendingWrite<TWrite, TOutcome>>> Divide(List<PendingWrite<TWrite, TOutcome>> group, PostgresException refusal) =>
        !DatabaseFaults.IsOfOneWrite(refusal) ? []
        : refusal.SqlState != PostgresErrorCodes.LockNotAvailable
            ? group.ConvertAll(pending => new List<PendingWrite<TWrite, TOutcome>> { pending })
        : [.. group.GroupBy(pending => _statement.RowOf(pending.Write) ?? (object)pending).Select(ofOneRow => ofOneRow.ToList())];

    private async Task<TOutcome[]> ExecuteAsync(
        WriterConnection connection, DatabaseHost host, List<TWrite> writes, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var open = await connection.OpenAsync(host, cancellationToken);
            try
            {
                var outcomes = await _statement.ExecuteAsync(open, writes, cancellationToken);
                _series.CountGroup(writes.Count, outcomes.Count(_statement.IsMade));
                return outcomes;
            }
            catch (NpgsqlException exception)
                when (attempt < MaxAttempts && (DatabaseFaults.IsRace(exception) || DatabaseFaults.IsLostConnection(exception)))
            {
                // Nothing was made. The next attempt sees what the other transaction did, or has another connection.
                LogRetrying(exception.SqlState, writes.Count);
                if (exception.SqlState == PostgresErrorCodes.ReadOnlySqlTransaction)
                {
                    _dataSource.Forget(host);
                }
            }
        }
    }

    /// <summary>The writes that are sent to one node.</summary>
    private sealed record Node(int Id, WriteQueue<PendingWrite<TWrite, TOutcome>> Queue, WriterConnection[] Connections);

    [LoggerMessage(1, LogLevel.Debug, "A group of {Count} writes was not made ({SqlState}): making it once more.")]
    private partial void LogRetrying(string? sqlState, int count);

    [LoggerMessage(2, LogLevel.Warning, "The database refused a group of {Count} writes ({SqlState}): making it in {Parts} parts.")]
    private partial void LogRetryingInParts(string sqlState, int count, int parts);
}
