using Microsoft.Extensions.DependencyInjection;
using SessionService.Infrastructure.Announcements;
using SessionService.Infrastructure.Archival;
using SessionService.Infrastructure.Attachments;
using SessionService.Infrastructure.Branches;
using SessionService.Infrastructure.Contexts;
using SessionService.Infrastructure.Conversations;
using SessionService.Infrastructure.Copies;
using SessionService.Infrastructure.Deltas;
using SessionService.Infrastructure.Digests;
using SessionService.Infrastructure.Embeddings;
using SessionService.Infrastructure.Erasure;
using SessionService.Infrastructure.Exports;
using SessionService.Infrastructure.Feedback;
using SessionService.Infrastructure.Forks;
using SessionService.Infrastructure.Idempotency;
using SessionService.Infrastructure.Imports;
using SessionService.Infrastructure.Keys;
using SessionService.Infrastructure.Live;
using SessionService.Infrastructure.Memories;
using SessionService.Infrastructure.MemorySearch;
using SessionService.Infrastructure.Messages;
using SessionService.Infrastructure.Messages.Packed;
using SessionService.Infrastructure.Persistence;
using SessionService.Infrastructure.Schema;
using SessionService.Infrastructure.Search;
using SessionService.Infrastructure.Sessions;
using SessionService.Infrastructure.Startup;
using SessionService.Infrastructure.Statistics;
using SessionService.Infrastructure.Usage;
using SessionService.Infrastructure.UserMemories;
using SessionService.Infrastructure.Webhooks;
using SessionService.Infrastructure.Writes;

namespace SessionService.Infrastructure;

/// <summary>The features of this project; each registers itself. Hosted services start in the order of these lists.</summary>
public static class InfrastructureServices
{
    /// <summary>The database server and its schema.</summary>
    public static IServiceCollection AddDatabase(this IServiceCollection services) => services
        .AddDatabaseServer()
        .AddSchema();

    /// <summary>The stores, on a database that is made ready before the service takes requests.</summary>
    public static IServiceCollection AddStores(this IServiceCollection services) => services
        .AddDatabaseStartup()
        .AddDatabaseAccess()
        .AddStatistics()
        .AddGroupWriter()
        .AddAnnouncements()
        .AddIdempotency()
        .AddAttachments()
        .AddMessages()
        .AddPacking()
        .AddEmbeddings()
        .AddDigest()
        .AddSessions()
        .AddSearch()
        .AddMemorySearch()
        .AddDeltaStore()
        .AddBranches()
        .AddMemories()
        .AddUserMemories()
        .AddUsage()
        .AddFeedback()
        .AddMessageTokens()
        .AddExports()
        .AddImportStore()
        .AddErasure()
        .AddArchival()
        .AddForks()
        .AddCopies()
        .AddConversations()
        .AddKeys()
        .AddLive()
        .AddWebhookDelivery();

    /// <summary>Lets the embedded server come up while the application is put together; the start-up waits for it.</summary>
    public static void BeginDatabaseStart(this IServiceProvider services, CancellationToken cancellationToken) =>
        _ = services.GetRequiredService<DatabaseServer>().StartAsync(cancellationToken);
}
