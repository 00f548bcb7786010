using System.Diagnostics.Metrics;
using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using SessionService.Infrastructure.Webhooks;
using SessionService.Infrastructure.Writes;
using SessionService.IntegrationTests.Databases;
using SessionService.IntegrationTests.Sharding;

namespace SessionService.IntegrationTests.Hosting;

/// <summary>The service on a port of its own and a database of its own: requests go over HTTP to Kestrel.</summary>
public class ApiFixture : IAsyncLifetime
{
    private readonly WebApplicationFactory<Program> _root = new();
    private WebApplicationFactory<Program>? _service;
    private HttpClient? _http;
    private Task<JsonElement>? _document;

    public TestClock Clock { get; } = new();

    public CapturedLogs Logs { get; } = new();

    /// <summary>The database that the service uses.</summary>
    public string ConnectionString { get; private set; } = "";

    public IServiceProvider Services => _service!.Services;

    public Uri Address => _service!.ClientOptions.BaseAddress;

    /// <summary>For how long the database may be silent: the classes share a server and the processors, and that it is slow says nothing.</summary>
    protected virtual TimeSpan Patience => TimeSpan.FromSeconds(10);

    /// <summary>Settings beside the connection string.</summary>
    protected virtual IEnumerable<KeyValuePair<string, string>> Settings => [];

    /// <summary>Whether webhooks find no host: their receivers are none of these tests' business.</summary>
    protected virtual bool LeavesHostsAlone => true;

    /// <summary>What every request must carry, even that for the OpenAPI document.</summary>
    protected virtual IEnumerable<KeyValuePair<string, string>> RequiredHeaders => [];

    /// <summary>What a test puts into the service beside its own parts.</summary>
    protected virtual void ConfigureServices(IServiceCollection services)
    {
    }

    /// <summary>Keeps a job of the background from running.</summary>
    protected static void RemoveJob<TJob>(IServiceCollection services)
        where TJob : IHostedService =>
        services.Remove(services.Single(service => service.ImplementationType == typeof(TJob)));

    public virtual async Task InitializeAsync()
    {
        ConnectionString = await PrepareDatabaseAsync();
        _service = _root.WithWebHostBuilder(host =>
        {
            host.UseEnvironment("Production");
            host.UseSetting(WebHostDefaults.ServerUrlsKey, "http://127.0.0.1:0");
            host.UseSetting("ConnectionStrings:SessionDb", ConnectionString);
            host.UseSetting("Pulse:Patience", Patience.ToString());
            host.UseSetting("Database:Sharded", $"{CitusCluster.IsForAll}");
            // Tests of other things need neither the processor time nor other scores a moment later.
            host.UseSetting("Embeddings:Local", "static");
            // Every route can be called.
            host.UseSetting("Webhooks:ForUsers", "true");
            foreach (var (name, value) in Settings)
            {
                host.UseSetting(name, value);
            }

            host.ConfigureTestServices(services =>
            {
                services.Replace(ServiceDescriptor.Singleton<TimeProvider>(Clock));
                if (LeavesHostsAlone)
                {
                    services.Replace(ServiceDescriptor.Singleton<HostAddresses>((_, _) => Task.FromResult<IPAddress[]>([])));
                }

                services.PostConfigure<HealthCheckServiceOptions>(checks =>
                {
                    foreach (var check in checks.Registrations.Where(check => check.Timeout > TimeSpan.Zero && check.Timeout < Patience))
                    {
                        check.Timeout = Patience;
                    }
                });
                services.RemoveAll<ILoggerProvider>();
                services.AddSingleton<ILoggerProvider>(Logs);
                ConfigureServices(services);
            });
        });
        _service.UseKestrel();
        _service.StartServer();
        _http = CreateHttp();
    }

    public virtual async Task DisposeAsync()
    {
        _http?.Dispose();
        if (_service is not null)
        {
            await _service.DisposeAsync();
        }

        await _root.DisposeAsync();
    }

    /// <summary>A client of one user's; of nobody's where no user is given.</summary>
    public ApiClient As(string? userId) => new(_http!, userId);

    /// <summary>A client of a user whom no other test knows.</summary>
    public ApiClient AsNewUser() => As($"user-{Guid.NewGuid()}");

    public ApiClient AsNobody() => As(userId: null);

    /// <summary>What one of the service's observable counters shows: of this service alone, where `/metrics` has those of the others in the process too.</summary>
    public long ReadCounter(string name)
    {
        using var collector = new MetricCollector<long>(Services.GetRequiredService<IMeterFactory>(), WriteMetrics.MeterName, name);
        collector.RecordObservableInstruments();
        // A counter that nothing has used is not there yet.
        return collector.LastMeasurement?.Value ?? 0;
    }

    /// <summary>Connections of their own, for tests about connections.</summary>
    public HttpClient CreateHttp(int maxConnections = 100)
    {
        var sockets = new SocketsHttpHandler
        {
            MaxConnectionsPerServer = maxConnections,
            RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8,
            AllowAutoRedirect = false,
        };
        return new HttpClient(new DeclaredAnswers(DocumentAsync, sockets)) { BaseAddress = Address };
    }

    /// <summary>The service's OpenAPI document.</summary>
    public Task<JsonElement> DocumentAsync() => _document ??= ReadDocumentAsync();

    protected virtual Task<string> PrepareDatabaseAsync() => TestPostgres.CloneTemplateAsync();

    private async Task<JsonElement> ReadDocumentAsync()
    {
        using var http = new HttpClient { BaseAddress = Address };
        foreach (var (name, value) in RequiredHeaders)
        {
            http.DefaultRequestHeaders.Add(name, value);
        }

        return JsonDocument.Parse(await http.GetStringAsync("/swagger/v1/swagger.json")).RootElement;
    }
}
