using Npgsql;

namespace SessionService.Infrastructure.Persistence;

/// <summary>Statements that are sent together, each prepared: in a transaction that is open, or in one of their own.</summary>
/// <param name="connection">The connection.</param>
internal sealed class SqlBatch(NpgsqlConnection connection)
{
    private readonly List<NpgsqlBatchCommand> _statements = [];
    private readonly List<Action<NpgsqlDataReader>> _reads = [];

    /// <summary>Adds a statement that answers with no rows.</summary>
    /// <param name="text">Constant text. Whatever a client sent is a value.</param>
    /// <param name="values">The values of <c>$1</c>, <c>$2</c> and so on.</param>
    public void Add(string text, params ReadOnlySpan<SqlValue> values)
    {
#pragma warning disable CA2100 // As in Sql: texts that the code holds.
        var statement = new NpgsqlBatchCommand(text);
#pragma warning restore CA2100
        foreach (var value in values)
        {
            statement.Parameters.Add(value.Parameter);
        }

        _statements.Add(statement);
    }

    /// <summary>Adds a query, each row of which is read.</summary>
    /// <inheritdoc cref="Add"/>
    public void Query(Action<NpgsqlDataReader> read, string text, params ReadOnlySpan<SqlValue> values)
    {
        Add(text, values);
        _reads.Add(read);
    }

    public async Task ExecuteAsync(CancellationToken cancellationToken)
    {
        if (_statements.Count == 0)
        {
            return;
        }

        await using var batch = Create();
        await batch.PrepareAsync(cancellationToken);
        await SendAsync(batch, reader => ReadAsync(reader, cancellationToken), cancellationToken);
    }

    /// <summary>
    /// Sends queries in a transaction of their own, which sees one snapshot, in one round trip. The reader begins at the first query.
    /// </summary>
    /// <remarks>After a failure the pool ends the transaction when the connection returns.</remarks>
    public async Task<T> ReadSnapshotAsync<T>(Func<NpgsqlDataReader, Task<T>> read, CancellationToken cancellationToken)
    {
        _statements.Insert(0, new NpgsqlBatchCommand("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY"));
        Add("COMMIT");
        await using var batch = Create();
        await batch.PrepareAsync(cancellationToken);
        return await SendAsync(batch, read, cancellationToken);
    }

    /// <summary>Sends the statements, and the commit of the transaction behind them, in one round trip.</summary>
    /// <exception cref="PostgresException">The server refused a statement or the commit. Nothing was written.</exception>
    /// <exception cref="WriteOutcomeUnknownException">The connection was lost, or the time was up: all was written, or nothing.</exception>
    public async Task CommitAsync(CancellationToken cancellationToken)
    {
        var last = _statements[^1];
        Add("COMMIT");
        await using var batch = Create();
        await batch.PrepareAsync(cancellationToken);
        try
        {
            await SendAsync(batch, reader => ReadAsync(reader, cancellationToken), cancellationToken);
        }
        catch (Exception exception)
            when (UncertainWrite.IsUncertainBatch(exception, isAtCommit: last.StatementType != StatementType.Unknown))
        {
            throw new WriteOutcomeUnknownException(exception);
        }
    }

    private NpgsqlBatch Create()
    {
        var batch = new NpgsqlBatch(connection);
        foreach (var statement in _statements)
        {
            batch.BatchCommands.Add(statement);
        }

        return batch;
    }

    private static async Task<T> SendAsync<T>(
        NpgsqlBatch batch, Func<NpgsqlDataReader, Task<T>> read, CancellationToken cancellationToken)
    {
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var result = await read(reader);

        // An error of the last statement shows here.
        while (await reader.NextResultAsync(cancellationToken))
        {
        }

        return result;
    }

    private async Task<int> ReadAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        foreach (var read in _reads)
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                read(reader);
            }

            await reader.NextResultAsync(cancellationToken);
        }

        return _reads.Count;
    }
}
