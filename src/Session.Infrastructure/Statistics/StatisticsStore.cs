using Npgsql;
using SessionService.Application.Statistics;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Statistics;

/// <summary>Sums the counters of <c>dev.session_statistics</c>.</summary>
internal sealed class StatisticsStore(ReadConnections connections) : IStatisticsStore
{
    private const string Read =
        """
        SELECT coalesce(sum(total_sessions), 0)::bigint,
               coalesce(sum(active_sessions), 0)::bigint,
               coalesce(sum(total_messages), 0)::bigint,
               coalesce(sum(total_tokens), 0)::bigint,
               coalesce(sum(total_cost), 0)
        FROM dev.session_statistics
        """;

    public async Task<StatisticsResponse> ReadAsync(CancellationToken cancellationToken)
    {
        await using var connection = await connections.OpenConnectionAsync(cancellationToken);
        await using var command = new NpgsqlCommand(Read, connection);
        await command.PrepareAsync(cancellationToken);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return new StatisticsResponse
        {
            TotalSessions = reader.GetInt64(0),
            ActiveSessions = reader.GetInt64(1),
            TotalMessages = reader.GetInt64(2),
            TotalTokens = reader.GetInt64(3),
            TotalCost = reader.GetDecimal(4),
        };
    }
}
