using Npgsql;

namespace SessionService.Infrastructure.Persistence;

/// <summary>A statement with its values. It is sent once, and prepared first unless it says otherwise.</summary>
internal sealed class SqlStatement(NpgsqlCommand command, bool commitsItself)
{
    private bool _isPrepared = true;

    /// <summary>Sends the statement without preparing it: for texts that are put together, of which there are too many to keep.</summary>
    public SqlStatement Unprepared()
    {
        _isPrepared = false;
        return this;
    }

    /// <summary>Lets the statement take longer, or less long, than statements do by default.</summary>
    public SqlStatement WithTimeout(TimeSpan timeout)
    {
        command.CommandTimeout = (int)timeout.TotalSeconds;
        return this;
    }

    /// <summary>Lets the statement take as long as it needs; only for background work.</summary>
    public SqlStatement WithoutTimeout()
    {
        command.CommandTimeout = 0;
        return this;
    }

    /// <summary>Sends the statement and tells how many rows it wrote.</summary>
    public Task<int> ExecuteAsync(CancellationToken cancellationToken) =>
        ReadAsync(
            async reader =>
            {
                await reader.NextResultAsync(cancellationToken);
                return reader.RecordsAffected;
            },
            cancellationToken);

    /// <summary>The first row, or the default where there is none.</summary>
    public Task<T?> FirstAsync<T>(Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken) =>
        ReadAsync(async reader => await reader.ReadAsync(cancellationToken) ? read(reader) : default, cancellationToken);

    /// <summary>The first column of the first row; the default where there is no row or a null.</summary>
    public Task<T?> ValueAsync<T>(CancellationToken cancellationToken) =>
        FirstAsync(reader => reader.IsDBNull(0) ? default : reader.GetFieldValue<T>(0), cancellationToken);

    /// <summary>All rows.</summary>
    public Task<List<T>> ListAsync<T>(Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken) =>
        ReadAsync(
            async reader =>
            {
                var rows = new List<T>();
                while (await reader.ReadAsync(cancellationToken))
                {
                    rows.Add(read(reader));
                }

                return rows;
            },
            cancellationToken);

    /// <summary>Whatever a caller makes of the rows, for those that need more than one row at a time.</summary>
    public async Task<T> ReadAsync<T>(Func<NpgsqlDataReader, Task<T>> read, CancellationToken cancellationToken)
    {
        await using (command)
        {
            await PrepareAsync(cancellationToken);
            if (commitsItself)
            {
                return await UncertainWrite.ExecuteAsync(command, read, cancellationToken);
            }

            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            var result = await read(reader);

            // An error that the server found after the last row that was read shows here.
            await reader.NextResultAsync(cancellationToken);
            return result;
        }
    }

    private Task PrepareAsync(CancellationToken cancellationToken) =>
        _isPrepared ? command.PrepareAsync(cancellationToken) : Task.CompletedTask;
}
