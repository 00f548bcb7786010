using Microsoft.Extensions.DependencyInjection;
using SessionService.Client;

namespace SessionService.ClientTests.Hosting;

internal static class Clients
{
    /// <summary>A client as an application gets it. The services live as long as the test.</summary>
    public static SessionServiceClient Of(Action<SessionServiceOptions> configure, Action<IHttpClientBuilder>? http = null)
    {
        var services = new ServiceCollection();
        var builder = services.AddSessionServiceClient(configure);
        http?.Invoke(builder);
        return services.BuildServiceProvider().GetRequiredService<SessionServiceClient>();
    }
}
