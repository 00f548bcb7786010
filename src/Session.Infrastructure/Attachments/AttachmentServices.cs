using Microsoft.Extensions.DependencyInjection;
using SessionService.Application.Attachments;

namespace SessionService.Infrastructure.Attachments;

internal static class AttachmentServices
{
    /// <summary>Attachments of messages, in the database, a directory or a bucket.</summary>
    public static IServiceCollection AddAttachments(this IServiceCollection services)
    {
        services.AddSingleton<AttachmentMetrics>();
        services.AddSingleton<ObjectStores>();
        services.AddSingleton<AttachmentPieces>();
        services.AddSingleton<ObjectRemovals>();
        services.AddSingleton<UnusedAttachments>();
        services.AddSingleton<IAttachmentStore, AttachmentStore>();
        services.AddHostedService<AttachmentJob>();
        return services;
    }
}
