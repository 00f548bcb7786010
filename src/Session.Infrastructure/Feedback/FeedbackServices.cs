using Microsoft.Extensions.DependencyInjection;
using SessionService.Application.Feedback;
using SessionService.Application.Usage;

namespace SessionService.Infrastructure.Feedback;

internal static class FeedbackServices
{
    /// <summary>The feedback of messages, and its sums.</summary>
    public static IServiceCollection AddFeedback(this IServiceCollection services)
    {
        services.AddScoped<FeedbackChanges>();
        services.AddScoped<IFeedbackStore, FeedbackStore>();
        services.AddScoped<IFeedbackUsage, FeedbackUsage>();
        return services;
    }
}
