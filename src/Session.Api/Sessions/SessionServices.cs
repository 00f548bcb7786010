using Microsoft.AspNetCore.Mvc;

namespace SessionService.Api.Sessions;

internal static class SessionServices
{
    public static IServiceCollection AddSessions(this IServiceCollection services) =>
        services.Configure<MvcOptions>(mvc => mvc.ModelBinderProviders.Insert(0, new MetadataConditionsBinder()));
}
