using System.Runtime.CompilerServices;
using Npgsql;
using SessionService.Infrastructure.Digests;
using SessionService.Infrastructure.Folding;
using SessionService.Infrastructure.Search;

namespace SessionService.Infrastructure.MemorySearch;

/// <summary>
/// Makes the stored words of memories anew where there are none, or of an older folding. Until then a question reads these memories' texts.
/// </summary>
internal sealed class MemoryWordsRenewal(DigestDataSource dataSource, TextAnalyzer analyzer) : IFoldedData
{
    private const int AtOnce = 100;

    private static readonly Table[] Tables =
    [
        Of("user_memories", "memory_id", "content"),
        Of("session_memories", "session_id", "conversation_summary"),
    ];

    public async IAsyncEnumerable<int> RenewAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var table in Tables)
        {
            var (user, id) = ("", Guid.Empty);
            while (await ReadAsync(table, user, id, cancellationToken) is { Count: > 0 } memories)
            {
                yield return await WriteAsync(table, memories, cancellationToken);
                (user, id, _) = memories[^1];
            }
        }
    }

    // What has changed meanwhile has its words already.
    private static Table Of(string table, string id, string content) => new(
        $"""
        SELECT m.user_id, m.{id}, m.{content}
        FROM dev.{table} AS m
        WHERE (m.user_id, m.{id}) > ($1, $2) AND NOT {MemoryWords.AreCurrent("m.words")}
        ORDER BY m.user_id, m.{id}
        LIMIT {AtOnce}
        """,
        $"""
        UPDATE dev.{table} AS m
        SET words = $4
        WHERE m.user_id = $1 AND m.{id} = $2 AND m.{content} = $3
        """);

    private async Task<List<(string UserId, Guid Id, string Content)>> ReadAsync(
        Table table, string user, Guid id, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
#pragma warning disable CA2100 // One of two constant texts.
        await using var command = new NpgsqlCommand(table.Read, connection)
#pragma warning restore CA2100
        {
            // Where none is left, every memory is looked at.
            CommandTimeout = 0,
            Parameters = { new NpgsqlParameter<string> { TypedValue = user }, new NpgsqlParameter<Guid> { TypedValue = id } },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var memories = new List<(string, Guid, string)>(AtOnce);
        while (await reader.ReadAsync(cancellationToken))
        {
            memories.Add((reader.GetString(0), reader.GetGuid(1), reader.GetString(2)));
        }

        return memories;
    }

    private async Task<int> WriteAsync(
        Table table, List<(string UserId, Guid Id, string Content)> memories, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        var words = await analyzer.AnalyzeAsync(connection, [.. memories.Select(memory => memory.Content)], cancellationToken);
        await using var batch = new NpgsqlBatch(connection);
        foreach (var (memory, analyzed) in memories.Zip(words))
        {
#pragma warning disable CA2100 // One of two constant texts.
            batch.BatchCommands.Add(new NpgsqlBatchCommand(table.Write)
#pragma warning restore CA2100
            {
                Parameters =
                {
                    new NpgsqlParameter<string> { TypedValue = memory.UserId },
                    new NpgsqlParameter<Guid> { TypedValue = memory.Id },
                    new NpgsqlParameter<string> { TypedValue = memory.Content },
                    new NpgsqlParameter<byte[]> { TypedValue = MemoryWords.Pack(analyzed) },
                },
            });
        }

        return await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    private sealed record Table(string Read, string Write);
}
