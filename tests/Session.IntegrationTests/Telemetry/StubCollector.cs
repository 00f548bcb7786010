using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Http;
using SessionService.IntegrationTests.Gateway;

namespace SessionService.IntegrationTests.Telemetry;

/// <summary>An OpenTelemetry collector in whose place a test stands: it keeps what it is sent, protobuf whose texts stand in it as UTF-8.</summary>
internal sealed class StubCollector : IAsyncDisposable
{
    private readonly StubService _service;
    private readonly ConcurrentQueue<byte[]> _traces = new();
    private readonly ConcurrentQueue<byte[]> _metrics = new();

    private StubCollector(StubService service)
    {
        _service = service;
        service.Paths["/v1/traces"] = http => KeepAsync(http, _traces);
        service.Paths["/v1/metrics"] = http => KeepAsync(http, _metrics);
    }

    public string Traces => TextOf(_traces);

    public string Metrics => TextOf(_metrics);

    /// <summary>The settings with which a process sends here.</summary>
    public (string Name, string Value)[] Settings =>
    [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", _service.Address.ToString()),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
    ];

    public static async Task<StubCollector> StartAsync() => new(await StubService.StartAsync("collector"));

    /// <summary>An id as it stands in what was sent: its bytes.</summary>
    public static string Id(string hex) => Encoding.Latin1.GetString(Convert.FromHexString(hex));

    public ValueTask DisposeAsync() => _service.DisposeAsync();

    // Latin-1 keeps bytes: texts of ASCII can be looked for, and ids.
    private static string TextOf(IEnumerable<byte[]> bodies) => string.Concat(bodies.Select(Encoding.Latin1.GetString));

    private static async Task KeepAsync(HttpContext http, ConcurrentQueue<byte[]> bodies)
    {
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body, http.RequestAborted);
        bodies.Enqueue(body.ToArray());
        http.Response.ContentType = "application/x-protobuf";
    }
}
