using Microsoft.Extensions.DependencyInjection;

namespace SessionService.Infrastructure.Writes;

internal static class WriteServices
{
    /// <summary>The group writer, which sends the writes that arrive together as one statement.</summary>
    public static IServiceCollection AddGroupWriter(this IServiceCollection services)
    {
        services.AddOptions<WriteOptions>().BindConfiguration(WriteOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<WriterDataSource>();
        services.AddSingleton<WriteMetrics>();
        services.AddSingleton(typeof(GroupWriter<,>));
        return services;
    }
}
