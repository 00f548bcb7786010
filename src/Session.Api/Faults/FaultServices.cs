using Microsoft.AspNetCore.Mvc;

namespace SessionService.Api.Faults;

/// <summary>What requests do when the database is lost.</summary>
internal static class FaultServices
{
    public static IServiceCollection AddFaults(this IServiceCollection services)
    {
        services.Configure<MvcOptions>(mvc => mvc.ModelBinderProviders.Insert(0, new WatchedTokenBinder()));
        return services;
    }

    /// <summary>Last: what is given up is the request alone.</summary>
    public static WebApplication UseFaults(this WebApplication app)
    {
        app.UseMiddleware<DatabaseFaultsMiddleware>();
        return app;
    }
}
