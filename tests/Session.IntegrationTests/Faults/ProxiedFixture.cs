using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using SessionService.Infrastructure.Webhooks;
using SessionService.IntegrationTests.Databases;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Faults;

/// <summary>A service whose connections to its database a test can break.</summary>
public class ProxiedFixture : ApiFixture
{
    private Task<(Conversation Usual, Conversation Disturbed)>? _toRead;

    internal DatabaseProxy Proxy { get; private set; } = null!;

    /// <summary>The database, past the proxy.</summary>
    internal TestDatabase Database { get; private set; } = null!;

    /// <summary>Two conversations alike that nobody writes to.</summary>
    internal Task<(Conversation Usual, Conversation Disturbed)> ToReadAsync() => _toRead ??= StartTwoAsync();

    internal async Task<(Conversation Usual, Conversation Disturbed)> StartTwoAsync() =>
        (await Conversation.StartAsync(this), await Conversation.StartAsync(this));

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await Proxy.DisposeAsync();
        await Database.DisposeAsync();
    }

    // Whether an event was tried once or not at all would depend on which comes first, and it shows in answers.
    protected override void ConfigureServices(IServiceCollection services) => RemoveJob<DeliveryJob>(services);

    /// <summary>Sets what a test needs of the service's connections.</summary>
    private protected virtual NpgsqlConnectionStringBuilder Adjust(NpgsqlConnectionStringBuilder service) => service;

    /// <summary>Has the service find out which of its connections are broken, those of its writers among them.</summary>
    internal async Task RecoverAsync()
    {
        var user = AsNewUser();
        var created = await Eventually.GetAsync(() => user.PostAsync("/api/v1/sessions", "{}"), answer => answer.Status == 201);
        var session = created.Headers["Location"];
        await Eventually.IsSoAsync(async () => (await user.PostAsync($"{session}/messages", """{"role":"user","content":"Hello"}""")).Status == 201);
        await Eventually.IsSoAsync(async () => (await user.GetAsync(session)).Status == 200);
    }

    protected override async Task<string> PrepareDatabaseAsync()
    {
        Database = await TestDatabase.CloneTemplateAsync();
        var server = new NpgsqlConnectionStringBuilder(Database.ConnectionString);
        Proxy = new DatabaseProxy(server.Host!, server.Port);
        server.Host = "127.0.0.1";
        server.Port = Proxy.Port;
        return Adjust(server).ConnectionString;
    }
}

/// <summary>A service that soon takes a silent database for lost.</summary>
public sealed class ImpatientFixture : ProxiedFixture
{
    // On a busy machine a database that is there may take a second to answer.
    protected override TimeSpan Patience => TimeSpan.FromSeconds(2);

    // A statement that is given up is cancelled on another connection, which is waited for as long as this.
    private protected override NpgsqlConnectionStringBuilder Adjust(NpgsqlConnectionStringBuilder service)
    {
        service.Timeout = 1;
        return service;
    }
}
