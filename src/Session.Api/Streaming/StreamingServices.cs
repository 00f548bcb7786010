using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Formatters;
using Microsoft.Extensions.Options;

namespace SessionService.Api.Streaming;

/// <summary>How answers are sent.</summary>
internal static class StreamingServices
{
    public static IServiceCollection AddStreaming(this IServiceCollection services)
    {
        services.AddSingleton<LargeAnswers>();
        services.AddOptions<MvcOptions>().Configure<IOptions<JsonOptions>>((mvc, json) =>
        {
            mvc.OutputFormatters.RemoveType<SystemTextJsonOutputFormatter>();
            mvc.OutputFormatters.Add(new AnswerFormatter(json.Value.JsonSerializerOptions));
        });
        return services;
    }
}
