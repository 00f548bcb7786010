using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using SessionService.Client;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers the client of the Session Service.</summary>
public static class SessionServiceClientRegistration
{
    /// <summary>
    /// Registers a <see cref="SessionServiceClient"/>, a singleton that many threads may use. The builder that comes back configures its
    /// <see cref="HttpClient"/> further; handlers that are added to it see every attempt.
    /// </summary>
    public static IHttpClientBuilder AddSessionServiceClient(
        this IServiceCollection services, Action<SessionServiceOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        var options = services.AddOptions<SessionServiceOptions>();
        if (configure is not null)
        {
            options.Configure(configure);
        }

        if (services.Any(service => service.ServiceType == typeof(SessionServiceClient)))
        {
            // A second registration configures the first one: its handlers would retry what was retried.
            return services.AddHttpClient(Connection.HttpClientName);
        }

        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<SessionServiceOptions>, SessionServiceOptionsValidator>());
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(provider => new SessionServiceClient(new Connection(
            provider.GetRequiredService<IHttpClientFactory>(),
            provider.GetRequiredService<IOptions<SessionServiceOptions>>().Value,
            provider.GetRequiredService<TimeProvider>())));
        return Retries.AddTo(services.AddHttpClient(Connection.HttpClientName, http => http.Timeout = Timeout.InfiniteTimeSpan))
            .AddHttpMessageHandler(provider =>
                new AttemptHandler(provider.GetRequiredService<IOptions<SessionServiceOptions>>().Value))
            .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                AutomaticDecompression = System.Net.DecompressionMethods.All,
                ConnectTimeout = TimeSpan.FromSeconds(10),
                PooledConnectionLifetime = TimeSpan.FromMinutes(2),
                UseCookies = false,
            });
    }
}
