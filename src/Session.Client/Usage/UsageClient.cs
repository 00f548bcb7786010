namespace SessionService.Client;

/// <summary>Sums of messages, tokens and cost.</summary>
public sealed class UsageClient
{
    private readonly Connection _connection;

    internal UsageClient(Connection connection) => _connection = connection;

    /// <summary>The usage of the user.</summary>
    public Task<UsageResponse> GetAsync(UsageQuery? query = null, CancellationToken cancellationToken = default) =>
        GetAsync(_connection.UserPath + "/usage", query, cancellationToken);

    /// <summary>The usage of all users together.</summary>
    public Task<UsageResponse> GetOfAllUsersAsync(UsageQuery? query = null, CancellationToken cancellationToken = default) =>
        GetAsync("sessions/usage", query, cancellationToken);

    /// <summary>The totals of the whole service.</summary>
    public Task<StatisticsResponse> GetStatisticsAsync(
        Consistency? consistency = null, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(
            Call.Get("sessions/stats", new Query { { "consistency", consistency } }),
            SessionServiceJson.Default.StatisticsResponse,
            cancellationToken);

    private Task<UsageResponse> GetAsync(string path, UsageQuery? query, CancellationToken cancellationToken) =>
        _connection.SendAsync(Call.Get(path, query?.ToQuery()), SessionServiceJson.Default.UsageResponse, cancellationToken);
}
