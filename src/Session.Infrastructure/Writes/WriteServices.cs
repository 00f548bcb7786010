using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Writes;

internal static class WriteServices
{
    /// <summary>The group writer, which sends the writes that arrive together as one statement.</summary>
    public static IServiceCollection AddGroupWriter(this IServiceCollection services)
    {
        services.AddOptions<WriteOptions>().BindConfiguration(WriteOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<WriteOptions>().PostConfigure<IOptions<ShardingOptions>>(
            (writes, layout) => writes.OneUserAStatement |= layout.Value.Sharded);
        services.AddSingleton<WriterDataSource>();
        services.AddSingleton<WriteMetrics>();
        services.AddSingleton(typeof(GroupWriter<,>));
        return services;
    }
}
