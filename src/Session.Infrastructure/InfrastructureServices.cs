using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using SessionService.Application.Archival;
using SessionService.Application.Exports;
using SessionService.Application.Forks;
using SessionService.Application.Memories;
using SessionService.Application.Messages;
using SessionService.Application.Sessions;
using SessionService.Application.Statistics;
using SessionService.Infrastructure.Archival;
using SessionService.Infrastructure.Digests;
using SessionService.Infrastructure.EmbeddedPostgres;
using SessionService.Infrastructure.Exports;
using SessionService.Infrastructure.Forks;
using SessionService.Infrastructure.Idempotency;
using SessionService.Infrastructure.Memories;
using SessionService.Infrastructure.Messages;
using SessionService.Infrastructure.Persistence;
using SessionService.Infrastructure.Schema;
using SessionService.Infrastructure.Sessions;
using SessionService.Infrastructure.Startup;
using SessionService.Infrastructure.Statistics;
using SessionService.Infrastructure.Writes;

namespace SessionService.Infrastructure;

public static class InfrastructureServices
{
    /// <summary>The database server, its schema, and the one data source of the process.</summary>
    public static IServiceCollection AddDatabase(this IServiceCollection services)
    {
        services.AddOptions<EmbeddedPostgresOptions>().BindConfiguration(EmbeddedPostgresOptions.Section).ValidateDataAnnotations();
        services.AddSingleton<DatabaseServer>();
        // Its name stands in metrics, where the connection string would without one.
        services.AddSingleton<NpgsqlDataSource>(provider =>
            new NpgsqlDataSourceBuilder(provider.GetRequiredService<DatabaseServer>().ConnectionString) { Name = "requests" }.Build());
        services.AddSingleton<SchemaMigrator>();
        services.AddSingleton<SchemaCheck>();
        return services;
    }

    /// <summary>The stores, on a database that is made ready before the service takes requests.</summary>
    public static IServiceCollection AddStores(this IServiceCollection services)
    {
        services.AddHostedService<DatabaseStartup>();
        services.AddHostedService<EmbeddedPostgresWatch>();
        services.AddDbContextPool<SessionDbContext>((provider, options) => options
            .UseSessionTables(provider.GetRequiredService<NpgsqlDataSource>())
            .AddInterceptors(PreparedCommands.Instance));
        services.AddWrites();
        services.AddDigest();
        services.AddArchival();
        services.AddScoped<ISessionStore, SessionStore>();
        services.AddSingleton<IMessageStore, MessageStore>();
        services.AddSingleton<IMessageReader, MessageReader>();
        services.AddScoped<IMemoryStore, MemoryStore>();
        services.AddSingleton<IStatisticsStore, StatisticsStore>();
        services.AddScoped<IExportReader, ExportReader>();
        services.AddScoped<IForkStore, ForkStore>();
        return services;
    }

    /// <summary>The writes that are made together, and the keys that keep them from being made twice.</summary>
    private static void AddWrites(this IServiceCollection services)
    {
        services.AddOptions<WriteOptions>().BindConfiguration(WriteOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<WriterDataSource>();
        services.AddSingleton<WriteMetrics>();
        services.AddSingleton(typeof(GroupWriter<,>));
        services.AddSingleton<IGroupStatement<Creation, bool>, CreateStatement>();
        services.AddSingleton<IGroupStatement<Append, Appended>, AppendStatement>();
        services.AddSingleton<StoredMessages>();
        services.AddOptions<IdempotencyOptions>().BindConfiguration(IdempotencyOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<IdempotencyRecords>();
        services.AddHostedService<ExpiredKeysRemoval>();
    }

    /// <summary>What follows from messages, brought up to date in the background by each <see cref="IDigestParticipant"/>.</summary>
    private static void AddDigest(this IServiceCollection services)
    {
        services.AddOptions<DigestOptions>().BindConfiguration(DigestOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<DigestDataSource>();
        services.AddSingleton<DigestMetrics>();
        services.AddSingleton<SessionDigest>();
        services.AddHostedService<SessionDigester>();
    }

    /// <summary>What becomes of sessions that nobody uses.</summary>
    private static void AddArchival(this IServiceCollection services)
    {
        services.AddOptions<ArchivalOptions>().BindConfiguration(ArchivalOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<ArchivalMetrics>();
        services.AddSingleton<ISessionArchive, SessionArchive>();
        services.AddHostedService<SessionArchiver>();
    }

    /// <summary>Lets the embedded server come up while the application is put together; the start-up waits for it.</summary>
    public static void BeginDatabaseStart(this IServiceProvider services, CancellationToken cancellationToken) =>
        _ = services.GetRequiredService<DatabaseServer>().StartAsync(cancellationToken);
}
