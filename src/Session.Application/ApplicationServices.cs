using Microsoft.Extensions.DependencyInjection;
using SessionService.Application.Attachments;
using SessionService.Application.Branches;
using SessionService.Application.Contexts;
using SessionService.Application.Conversations;
using SessionService.Application.Copies;
using SessionService.Application.Deltas;
using SessionService.Application.Feedback;
using SessionService.Application.Forks;
using SessionService.Application.Identity;
using SessionService.Application.Imports;
using SessionService.Application.Keys;
using SessionService.Application.Limits;
using SessionService.Application.Mapping;
using SessionService.Application.Memories;
using SessionService.Application.MemorySearch;
using SessionService.Application.Messages;
using SessionService.Application.Sessions;
using SessionService.Application.Usage;
using SessionService.Application.UserMemories;
using SessionService.Application.Validation;
using SessionService.Application.Webhooks;

namespace SessionService.Application;

public static class ApplicationServices
{
    /// <summary>
    /// Registers the parts that features share, and the service of each feature. Archiving is a change of a session (see
    /// <see cref="SessionsService"/>). Search, statistics, exports and erasure have no service, since it would only forward: their
    /// controllers call the store.
    /// </summary>
    public static IServiceCollection AddApplication(this IServiceCollection services)
    {
        services.AddSingleton(TimeProvider.System);
        services.AddLimitOptions();
        services.AddMapping();
        services.AddValidation();
        services.AddScoped<CallerAccess>();
        services.AddScoped<SessionsService>();
        services.AddScoped<BranchesService>();
        services.AddScoped<MessageFiles>();
        services.AddDeltas();
        services.AddScoped<MessagesService>();
        services.AddScoped<ItemReader>();
        services.AddScoped<ConversationItemsService>();
        services.AddScoped<ConversationsService>();
        services.AddScoped<FeedbackService>();
        services.AddScoped<JudgedMessages>();
        services.AddScoped<MemoriesService>();
        services.AddAttachments();
        services.AddContexts();
        services.AddScoped<ForksService>();
        services.AddScoped<CopiesService>();
        services.AddScoped<ImportsService>();
        services.AddScoped<UsageService>();
        services.AddScoped<UserMemoriesService>();
        services.AddScoped<MemorySearchService>();
        services.AddScoped<KeysService>();
        services.AddWebhooks();
        return services;
    }
}
