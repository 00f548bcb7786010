using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;
using SessionService.Application.Json;

namespace SessionService.Api.Json;

/// <summary>How the service reads and writes JSON.</summary>
internal static class ServiceJson
{
    /// <summary>Answers are application/json and never part of an HTML page, so text of all scripts is written without escapes.</summary>
    public static JavaScriptEncoder Encoder => JavaScriptEncoder.UnsafeRelaxedJsonEscaping;

    public static IServiceCollection AddServiceJson(this IServiceCollection services)
    {
        services.ConfigureHttpJsonOptions(options => Configure(options.SerializerOptions));
        services.Configure<JsonOptions>(options => Configure(options.JsonSerializerOptions));
        services.AddOptions<MvcOptions>().Configure<IOptions<JsonOptions>>((mvc, json) =>
        {
            mvc.InputFormatters.Clear();
            mvc.InputFormatters.Add(new JsonObjectInputFormatter(json.Value.JsonSerializerOptions));
            mvc.ModelMetadataDetailsProviders.Add(new SnakeCaseQueryNames());
        });
        return services;
    }

    /// <summary>For JSON outside of requests and answers, such as exports and imports.</summary>
    public static JsonSerializerOptions NewOptions()
    {
        var options = new JsonSerializerOptions();
        Configure(options);
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }

    public static void Configure(JsonSerializerOptions options)
    {
        options.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
        options.MaxDepth = JsonLimits.MaxDepth;
        options.Encoder = Encoder;
        options.Converters.Add(new LongTextConverter());
        options.Converters.Add(new TimestampConverter());
        options.Converters.Add(new DecimalConverter());
        options.Converters.Add(new IntegerConverter());
    }
}
