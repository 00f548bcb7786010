using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace SessionService.Infrastructure.Embeddings;

internal static class EmbeddingServices
{
    /// <summary>The models that turn texts into vectors.</summary>
    public static IServiceCollection AddEmbeddings(this IServiceCollection services)
    {
        services.AddOptions<EmbeddingOptions>().BindConfiguration(EmbeddingOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<IEmbeddingGenerator<string, Embedding<float>>, OpenAiEmbeddings>();
        services.AddSingleton<LocalEmbeddings>();
        services.AddSingleton<EmbeddingModels>();
        services.AddSingleton<EmbeddingMetrics>();
        return services;
    }
}
