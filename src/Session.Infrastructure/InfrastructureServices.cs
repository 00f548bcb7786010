using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using SessionService.Application.Archival;
using SessionService.Application.Erasure;
using SessionService.Application.Exports;
using SessionService.Application.Forks;
using SessionService.Application.Memories;
using SessionService.Application.MemorySearch;
using SessionService.Application.Messages;
using SessionService.Application.Search;
using SessionService.Application.Sessions;
using SessionService.Application.Statistics;
using SessionService.Application.Usage;
using SessionService.Application.UserMemories;
using SessionService.Infrastructure.Archival;
using SessionService.Infrastructure.Digests;
using SessionService.Infrastructure.EmbeddedPostgres;
using SessionService.Infrastructure.Embeddings;
using SessionService.Infrastructure.Erasure;
using SessionService.Infrastructure.Exports;
using SessionService.Infrastructure.Folding;
using SessionService.Infrastructure.Forks;
using SessionService.Infrastructure.Idempotency;
using SessionService.Infrastructure.Memories;
using SessionService.Infrastructure.MemorySearch;
using SessionService.Infrastructure.Messages;
using SessionService.Infrastructure.Packing;
using SessionService.Infrastructure.Persistence;
using SessionService.Infrastructure.Schema;
using SessionService.Infrastructure.Search;
using SessionService.Infrastructure.Sessions;
using SessionService.Infrastructure.Startup;
using SessionService.Infrastructure.Statistics;
using SessionService.Infrastructure.Usage;
using SessionService.Infrastructure.UserMemories;
using SessionService.Infrastructure.Writes;

namespace SessionService.Infrastructure;

public static class InfrastructureServices
{
    // An instance that freezes or loses its network in the middle of a transaction would keep a session and a slot of the statistics locked, and with
    // them other instances' writers, for as long as the server takes the connection for alive: hours.
    private const string RequestSettings = "SET idle_in_transaction_session_timeout = '10s'";

    /// <summary>The database server, its schema, and the one data source of the process.</summary>
    public static IServiceCollection AddDatabase(this IServiceCollection services)
    {
        services.AddOptions<EmbeddedPostgresOptions>().BindConfiguration(EmbeddedPostgresOptions.Section).ValidateDataAnnotations();
        services.AddSingleton<DatabaseServer>();
        // Its name stands in metrics, where the connection string would without one.
        services.AddSingleton(provider => new ServerPool(
            new NpgsqlDataSourceBuilder(provider.GetRequiredService<DatabaseServer>().ConnectionString) { Name = "requests" }.UseSettings(RequestSettings)));
        services.AddSingleton(provider => provider.GetRequiredService<ServerPool>().Primary);
        services.AddSingleton<SchemaMigrator>();
        services.AddSingleton<SchemaCheck>();
        return services;
    }

    /// <summary>The stores, on a database that is made ready before the service takes requests.</summary>
    public static IServiceCollection AddStores(this IServiceCollection services)
    {
        services.AddHostedService<DatabaseStartup>();
        services.AddHostedService<EmbeddedPostgresWatch>();
        services.AddPulses();
        services.AddScoped<ReadConnections>();
        services.AddSingleton<SessionContexts>();
        services.AddScoped(provider => provider.GetRequiredService<SessionContexts>().Of(provider.GetRequiredService<ReadConnections>()));
        services.AddWrites();
        services.AddDigest();
        services.AddArchival();
        services.AddSearch();
        services.AddPacking();
        services.AddScoped<ISessionStore, SessionStore>();
        services.AddScoped<ISessionReader, SessionReader>();
        services.AddSingleton<SessionRecount>();
        services.AddHostedService(provider => provider.GetRequiredService<SessionRecount>());
        services.AddSingleton<IMessageStore, MessageStore>();
        services.AddScoped<IMessageReader, MessageReader>();
        services.AddScoped<IMemoryStore, MemoryStore>();
        services.AddScoped<IExportReader, ExportReader>();
        services.AddScoped<IForkStore, ForkStore>();
        services.AddScoped<IStatisticsStore, StatisticsStore>();
        services.AddSingleton<TimeZoneNames>();
        services.AddScoped<IUsageStore, UsageStore>();
        services.AddSingleton<IUserDataStore, UserDataStore>();
        services.AddScoped<IUserMemoryStore, UserMemoryStore>();
        services.AddMemorySearch();
        return services;
    }

    /// <summary>What notices that the database is lost, and what is then forgotten.</summary>
    private static void AddPulses(this IServiceCollection services)
    {
        services.AddOptions<PulseOptions>().BindConfiguration(PulseOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<DatabasePulses>();
        services.AddHostedService<DatabaseWatch>();
    }

    /// <summary>Search in memories and messages by word and meaning, and the models that tell what is near in meaning.</summary>
    private static void AddMemorySearch(this IServiceCollection services)
    {
        services.AddOptions<MemorySearchOptions>().BindConfiguration(MemorySearchOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<EmbeddingOptions>().BindConfiguration(EmbeddingOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<IEmbeddingGenerator<string, Embedding<float>>, OpenAiEmbeddings>();
        services.AddSingleton<EmbeddingMetrics>();
        services.AddSingleton<QuestionEmbedding>();
        services.AddHostedService<EmbeddingUpkeep>();
        services.AddSingleton<SegmentVectors>();
        services.AddSingleton<IDigestParticipant, VectorIndexing>();
        services.AddSingleton<IFoldedData, MemoryWordsRenewal>();
        services.AddSingleton<IPassageSource, UserMemoryPassages>();
        services.AddSingleton<IPassageSource, SessionMemoryPassages>();
        services.AddSingleton<IPassageSource, MessagePassages>();
        services.AddSingleton<IMemorySearch, MemorySearcher>();
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
        services.AddSingleton<MessageRedaction>();
        services.AddOptions<IdempotencyOptions>().BindConfiguration(IdempotencyOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<IdempotencyRecords>();
        services.AddHostedService<ExpiredKeysRemoval>();
    }

    /// <summary>The background work that packs older messages.</summary>
    private static void AddPacking(this IServiceCollection services)
    {
        services.AddOptions<PackingOptions>().BindConfiguration(PackingOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<PackingMetrics>();
        services.AddSingleton<Packer>();
        services.AddHostedService<PackingJob>();
    }

    /// <summary>What follows from messages, brought up to date in the background by each <see cref="IDigestParticipant"/>.</summary>
    private static void AddDigest(this IServiceCollection services)
    {
        services.AddOptions<DigestOptions>().BindConfiguration(DigestOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<DigestDataSource>();
        services.AddSingleton<DigestMetrics>();
        services.AddSingleton<SessionDigest>();
        services.AddSingleton<IDigestParticipant, UsageDigest>();
        services.AddHostedService<SessionDigester>();
        services.AddHostedService<FoldingRenewalJob>();
    }

    /// <summary>What becomes of sessions that nobody uses.</summary>
    private static void AddArchival(this IServiceCollection services)
    {
        services.AddOptions<ArchivalOptions>().BindConfiguration(ArchivalOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<ArchivalMetrics>();
        services.AddSingleton<ISessionArchive, SessionArchive>();
        services.AddHostedService<SessionArchiver>();
    }

    /// <summary>Full text search over segments that the digest makes.</summary>
    private static void AddSearch(this IServiceCollection services)
    {
        services.AddOptions<SearchOptions>().BindConfiguration(SearchOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<LanguageCheck>();
        services.AddSingleton<TextAnalyzer>();
        services.AddSingleton<SearchCache>();
        services.AddSingleton<MessageIndexer>();
        services.AddSingleton<SearchIndex>();
        services.AddSingleton<SearchSegments>();
        services.AddSingleton<IDigestParticipant>(provider => provider.GetRequiredService<SearchSegments>());
        services.AddSingleton<SegmentRenewal>();
        services.AddSingleton<IFoldedData>(provider => provider.GetRequiredService<SegmentRenewal>());
        services.AddSingleton<SearchCatchUp>();
        services.AddSingleton<SessionTexts>();
        services.AddSingleton<Highlighter>();
        services.AddScoped<ISessionSearch, SessionSearch>();
    }

    /// <summary>Lets the embedded server come up while the application is put together; the start-up waits for it.</summary>
    public static void BeginDatabaseStart(this IServiceProvider services, CancellationToken cancellationToken) =>
        _ = services.GetRequiredService<DatabaseServer>().StartAsync(cancellationToken);
}
