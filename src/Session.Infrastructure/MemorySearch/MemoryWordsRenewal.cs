using System.Runtime.CompilerServices;
using NpgsqlTypes;
using SessionService.Infrastructure.Digests;
using SessionService.Infrastructure.Folding;
using SessionService.Infrastructure.Persistence;
using SessionService.Infrastructure.Search;

namespace SessionService.Infrastructure.MemorySearch;

/// <summary>
/// Writes the words of memories that have none, or words of an earlier folding. Until then a question reads the texts of these memories.
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

    // By hand: the bytes of the words are compared, and unnested arrays write many memories at once. A memory whose content has changed
    // meanwhile has its words already.
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
        SET words = r.words
        FROM unnest($1, $2, $3, $4) AS r (user_id, id, content, words)
        WHERE m.user_id = r.user_id AND m.{id} = r.id AND m.{content} = r.content
        """);

    // Where no memory is left, the statement reads the whole table.
    private Task<List<(string UserId, Guid Id, string Content)>> ReadAsync(
        Table table, string user, Guid id, CancellationToken cancellationToken) =>
        dataSource.Database.ReadAsync(
            sql => sql.Statement(table.Read, user, id).WithoutTimeout()
                .ListAsync(row => (row.GetString(0), row.GetGuid(1), row.GetString(2)), cancellationToken),
            cancellationToken);

    private async Task<int> WriteAsync(
        Table table, List<(string UserId, Guid Id, string Content)> memories, CancellationToken cancellationToken)
    {
        var analyzed = await dataSource.Database.ReadAsync(
            sql => analyzer.AnalyzeAsync(sql, memories.ConvertAll(memory => memory.Content), cancellationToken), cancellationToken);
        return await dataSource.Database.WriteAsync(
            sql => sql
                .Statement(
                    table.Write,
                    SqlValue.Column(memories, memory => memory.UserId, NpgsqlDbType.Text),
                    SqlValue.Column(memories, memory => memory.Id, NpgsqlDbType.Uuid),
                    SqlValue.Column(memories, memory => memory.Content, NpgsqlDbType.Text),
                    SqlValue.Column(analyzed, MemoryWords.Pack, NpgsqlDbType.Bytea))
                .ExecuteAsync(cancellationToken),
            cancellationToken);
    }

    private sealed record Table(string Read, string Write);
}
