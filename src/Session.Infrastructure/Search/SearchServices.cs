using Microsoft.Extensions.DependencyInjection;
using SessionService.Application.Search;
using SessionService.Infrastructure.Digests;
using SessionService.Infrastructure.Folding;

namespace SessionService.Infrastructure.Search;

internal static class SearchServices
{
    /// <summary>Full-text search over an index that the digest writes.</summary>
    public static IServiceCollection AddSearch(this IServiceCollection services)
    {
        services.AddOptions<SearchOptions>().BindConfiguration(SearchOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<LanguageCheck>();
        services.AddSingleton<TextAnalyzer>();
        services.AddSingleton<SearchCache>();
        services.AddSingleton<MessageIndexer>();
        services.AddSingleton<QueryReader>();
        services.AddSingleton<SearchIndex>();
        services.AddSingleton<SearchSegments>();
        services.AddSingleton<IDigestParticipant>(provider => provider.GetRequiredService<SearchSegments>());
        services.AddSingleton<SegmentRenewal>();
        services.AddSingleton<IFoldedData>(provider => provider.GetRequiredService<SegmentRenewal>());
        services.AddSingleton<SearchCatchUp>();
        services.AddSingleton<SessionTexts>();
        services.AddSingleton<Highlighter>();
        services.AddScoped<ISessionSearch, SessionSearch>();
        return services;
    }
}
