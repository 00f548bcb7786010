using Microsoft.AspNetCore.Mvc;

namespace SessionService.Api.Faults;

/// <summary>How requests behave when the database is lost.</summary>
internal static class FaultServices
{
    public static IServiceCollection AddFaults(this IServiceCollection services)
    {
        services.Configure<MvcOptions>(mvc => mvc.ModelBinderProviders.Insert(0, new WatchedTokenBinder()));
        return services;
    }

    /// <summary>Call this last: the middleware ends the work of the request itself, and nothing that comes before.</summary>
    public static WebApplication UseFaults(this WebApplication app)
    {
        app.UseMiddleware<DatabaseFaultsMiddleware>();
        return app;
    }
}
