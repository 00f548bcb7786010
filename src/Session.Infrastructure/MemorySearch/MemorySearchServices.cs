using Microsoft.Extensions.DependencyInjection;
using SessionService.Application.MemorySearch;
using SessionService.Infrastructure.Digests;
using SessionService.Infrastructure.Folding;

namespace SessionService.Infrastructure.MemorySearch;

internal static class MemorySearchServices
{
    /// <summary>Search in memories and messages by word and meaning.</summary>
    public static IServiceCollection AddMemorySearch(this IServiceCollection services)
    {
        services.AddOptions<MemorySearchOptions>()
            .BindConfiguration(MemorySearchOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<QuestionEmbedding>();
        services.AddHostedService<EmbeddingJob>();
        services.AddSingleton<PassageCache>();
        services.AddSingleton<PassageVectors>();
        services.AddSingleton<IDigestParticipant, VectorIndexing>();
        services.AddSingleton<IFoldedData, MemoryWordsRenewal>();
        services.AddSingleton<IPassageSource, UserMemoryPassages>();
        services.AddSingleton<IPassageSource, SessionMemoryPassages>();
        services.AddSingleton<IPassageSource, MessagePassages>();
        services.AddSingleton<IMemorySearch, MemorySearcher>();
        return services;
    }
}
