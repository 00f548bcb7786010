using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using SessionService.Application.Memories;
using SessionService.Application.Messages;
using SessionService.Application.Sessions;
using SessionService.Application.Statistics;
using SessionService.Infrastructure.Memories;
using SessionService.Infrastructure.Messages;
using SessionService.Infrastructure.Persistence;
using SessionService.Infrastructure.Sessions;
using SessionService.Infrastructure.Statistics;

namespace SessionService.Infrastructure;

public static class InfrastructureServices
{
    /// <summary>The database and the stores on it.</summary>
    public static IServiceCollection AddInfrastructure(this IServiceCollection services)
    {
        services.AddSingleton(provider => NpgsqlDataSource.Create(DatabaseOptions.Complete(
            provider.GetRequiredService<IConfiguration>().GetConnectionString(DatabaseOptions.ConnectionStringName)!)));
        services.AddDbContextPool<SessionDbContext>((provider, options) => options
            .UseSessionTables(provider.GetRequiredService<NpgsqlDataSource>())
            .AddInterceptors(PreparedCommands.Instance));
        services.AddScoped<ISessionStore, SessionStore>();
        services.AddScoped<IMessageStore, MessageStore>();
        services.AddScoped<IMemoryStore, MemoryStore>();
        services.AddSingleton<IStatisticsStore, StatisticsStore>();
        return services;
    }
}
