using System.Diagnostics;
using System.Text.Json.Nodes;

namespace SessionService.ClientTests.Hosting;

/// <summary>The service with API keys. Its document has all routes.</summary>
public sealed class ServiceWithKeys : ServiceProcess
{
    protected override IReadOnlyDictionary<string, string> Settings { get; } =
        new Dictionary<string, string>(StringComparer.Ordinal) { ["Identity__Mode"] = "ApiKey" };

    public async Task<JsonObject> GetDocumentAsync()
    {
        using var http = new HttpClient { BaseAddress = Address };
        return JsonNode.Parse(await http.GetStringAsync("/swagger/v1/swagger.json"))!.AsObject();
    }

    /// <summary>The first key of a service, as an operator makes it.</summary>
    public async Task<string> CreateServiceKeyAsync()
    {
        var start = StartInfo("keys", "create", "--service");
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        using var command = Process.Start(start)!;
        _ = command.StandardError.ReadToEndAsync();
        var key = await command.StandardOutput.ReadToEndAsync();
        await command.WaitForExitAsync();
        Assert.Equal(0, command.ExitCode);
        return key.Trim();
    }
}

[CollectionDefinition("service with keys")]
public sealed class WithKeys : ICollectionFixture<ServiceWithKeys>;
