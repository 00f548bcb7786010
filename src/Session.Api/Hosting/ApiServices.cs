using Microsoft.AspNetCore.Mvc.Formatters;
using Microsoft.AspNetCore.Mvc.ModelBinding;

namespace SessionService.Api.Hosting;

/// <summary>The parts of ASP.NET Core MVC that the service uses. Features add their own parts in their folders.</summary>
internal static class ApiServices
{
    public static IServiceCollection AddApi(this IServiceCollection services)
    {
        // AddControllers would add authorization to every request. IdentityServices adds it only where tokens are accepted.
        services.AddMvcCore(mvc =>
        {
            // Every answer is JSON. A null answer is a bug, not a 204.
            mvc.OutputFormatters.RemoveType<StringOutputFormatter>();
            mvc.OutputFormatters.RemoveType<HttpNoContentOutputFormatter>();
            // Otherwise the framework would read form bodies before the content type is checked.
            mvc.ValueProviderFactories.RemoveType<FormValueProviderFactory>();
            mvc.ValueProviderFactories.RemoveType<FormFileValueProviderFactory>();
            mvc.ValueProviderFactories.RemoveType<JQueryFormValueProviderFactory>();
            mvc.ValueProviderFactories.RemoveType<JQueryQueryStringValueProviderFactory>();
        }).AddApiExplorer().AddDataAnnotations();
        return services;
    }
}
