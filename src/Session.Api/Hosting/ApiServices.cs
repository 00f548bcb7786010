using Microsoft.AspNetCore.Mvc.Formatters;
using Microsoft.AspNetCore.Mvc.ModelBinding;

namespace SessionService.Api.Hosting;

/// <summary>Controllers, as far as they have all requests in common. What a feature adds to them stands in its folder.</summary>
internal static class ApiServices
{
    public static IServiceCollection AddApi(this IServiceCollection services)
    {
        // AddControllers would add authentication and authorization to every request, which are here only where tokens are taken
        // (IdentityServices).
        services.AddMvcCore(mvc =>
        {
            // Everything is JSON; a null answer is a mistake of ours, not a 204.
            mvc.OutputFormatters.RemoveType<StringOutputFormatter>();
            mvc.OutputFormatters.RemoveType<HttpNoContentOutputFormatter>();
            // Forms would be read, and refused in words of the framework's, before the content type is.
            mvc.ValueProviderFactories.RemoveType<FormValueProviderFactory>();
            mvc.ValueProviderFactories.RemoveType<FormFileValueProviderFactory>();
            mvc.ValueProviderFactories.RemoveType<JQueryFormValueProviderFactory>();
            mvc.ValueProviderFactories.RemoveType<JQueryQueryStringValueProviderFactory>();
        }).AddApiExplorer().AddDataAnnotations();
        return services;
    }
}
