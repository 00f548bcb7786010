using Npgsql;
using SessionService.Benchmarks.Data;
using SessionService.Benchmarks.Driving;
using SessionService.Benchmarks.Measuring;
using SessionService.Benchmarks.PgBench;
using SessionService.Benchmarks.Processes;

namespace SessionService.Benchmarks;

/// <summary>What every scenario works with: the database with its data, the service on it, and those who put them to work.</summary>
internal sealed class Laboratory(BenchmarkOptions options, Action<string> progress) : IAsyncDisposable
{
    private static readonly Dictionary<string, string> NoSettings = [];

    private readonly string _workFiles = Path.Combine(options.Directory, "work");
    private ServiceProcess? _service;
    private NpgsqlDataSource? _database;

    public BenchmarkOptions Options => options;

    public DatabaseServer Server { get; } = new(options.Directory, options.SharedBuffers);

    public ServiceProcess Service => _service ?? throw new InvalidOperationException("The service has not been started.");

    public NpgsqlDataSource Database => _database ?? throw new InvalidOperationException("The database has not been started.");

    public Tally Tally { get; } = new();

    private PgBenchRunner? PgBenchRunner { get; set; }

    private Driver? Driver { get; set; }

    public async Task PrepareAsync(CancellationToken cancellationToken)
    {
        progress("starting PostgreSQL");
        await Server.StartAsync(cancellationToken);
        Directory.CreateDirectory(_workFiles);
        PgBenchRunner = new PgBenchRunner(Server, options, _workFiles);
        Driver = new Driver(() => Server.ProcessorSeconds, options, _workFiles);
        _database = NpgsqlDataSource.Create(Server.Connection.ConnectionString);

        progress("starting the service");
        _service = await StartServiceAsync(Server.Connection.ConnectionString, cancellationToken);

        progress("loading data");
        const int Spare = PageRequests.PageSize * 2;
        await LoadAsync(SessionKind.Plain, options.Sessions, 0, cancellationToken);
        await LoadAsync(SessionKind.Hot, 1, 0, cancellationToken);
        await LoadAsync(SessionKind.Paged, options.PageSessions, options.PagesPerSession * PageRequests.PageSize, cancellationToken);
        await LoadAsync(SessionKind.Deep, 1, options.Depth + Spare, cancellationToken);
    }

    public async Task<ServiceProcess> StartServiceAsync(
        string connectionString, CancellationToken cancellationToken, IReadOnlyDictionary<string, string>? settings = null)
    {
        await ServiceProcess.MigrateAsync(options.Service, connectionString, cancellationToken);
        return await ServiceProcess.StartAsync(options.Service, connectionString, settings ?? NoSettings, cancellationToken);
    }

    public Task<IReadOnlyList<Pair>> CompareAsync(Side a, Side b, CancellationToken cancellationToken) =>
        Contest.RunAsync(a, b, options, progress, cancellationToken);

    /// <summary>The service as a side of a comparison.</summary>
    public Side Requests(
        IReadOnlyCollection<byte[]> requests,
        Action<long>? written = null,
        string name = "service",
        ServiceProcess? service = null,
        int itemsPerRequest = 1,
        int? connections = null) =>
        new(name, IsService: true, cancellationToken => Driver!.MeasureAsync(
            service ?? Service, requests, itemsPerRequest, written ?? Ignore, cancellationToken, connections));

    /// <summary>pgbench as a side of a comparison.</summary>
    public Side PgBench(PgBenchScript script, Action<long>? written = null) =>
        new("pgbench", IsService: false, cancellationToken => PgBenchRunner!.MeasureAsync(script, written ?? Ignore, cancellationToken));

    public async ValueTask DisposeAsync()
    {
        if (_service is not null)
        {
            await _service.DisposeAsync();
        }

        if (_database is not null)
        {
            await _database.DisposeAsync();
        }

        await Server.DisposeAsync();
    }

    private async Task LoadAsync(SessionKind kind, int sessions, int messagesEach, CancellationToken cancellationToken)
    {
        await Loader.AddSessionsAsync(Database, kind, sessions, messagesEach, cancellationToken);
        Tally.AddSessions(sessions);
        Tally.AddMessages((long)sessions * messagesEach);
    }

    private static void Ignore(long count)
    {
        // Reading leaves nothing to verify.
    }
}
