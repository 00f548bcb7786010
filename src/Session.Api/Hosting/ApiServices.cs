using System.Text.Json;
using FluentValidation;
using FluentValidation.AspNetCore;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Formatters;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.AspNetCore.Mvc.ModelBinding.Validation;
using Microsoft.Extensions.Options;
using SessionService.Api.Exports;
using SessionService.Api.Imports;
using SessionService.Api.Json;
using SessionService.Api.Sessions;
using SessionService.Hosting.Problems;

namespace SessionService.Api.Hosting;

/// <summary>Controllers, and how their input is read and validated.</summary>
internal static class ApiServices
{
    public static IServiceCollection AddApi(this IServiceCollection services)
    {
        services.AddServiceJson();
        // AddControllers would add authentication and authorization to every request, which are here only where tokens are taken (IdentityServices).
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
            mvc.ModelBinderProviders.Insert(0, new MetadataConditionsBinder());
            mvc.ModelMetadataDetailsProviders.Add(new SnakeCaseQueryNames());
            mvc.ModelMetadataDetailsProviders.Add(new WholeRequestValidation());
            mvc.MaxModelValidationErrors = int.MaxValue;
            var messages = mvc.ModelBindingMessageProvider;
            messages.SetAttemptedValueIsInvalidAccessor((_, _) => "is not a valid value");
            messages.SetNonPropertyAttemptedValueIsInvalidAccessor(_ => "is not a valid value");
            messages.SetValueIsInvalidAccessor(_ => "is not a valid value");
            messages.SetMissingRequestBodyRequiredValueAccessor(() => "must be a JSON object");
        }).AddApiExplorer().AddDataAnnotations().ConfigureApiBehaviorOptions(api =>
        {
            api.InvalidModelStateResponseFactory = ProblemFactory.FromModelState;
            // A status without a body gets its problem in one place, see ProblemServices.
            api.SuppressMapClientErrors = true;
        });
        services.AddOptions<MvcOptions>().Configure<IOptions<JsonOptions>>((mvc, json) =>
        {
            mvc.InputFormatters.Clear();
            mvc.InputFormatters.Add(new JsonObjectInputFormatter(json.Value.JsonSerializerOptions));
        });

        services.AddTransfers();
        services.AddFluentValidationAutoValidation(validation => validation.DisableDataAnnotationsValidation = true);
        services.AddSingleton<IValidatorInterceptor, RequestValidationInterceptor>();
        OnlyValidateRequests(services);
        return services;
    }

    private static void OnlyValidateRequests(IServiceCollection services)
    {
        var fluentValidation = services.Last(service => service.ServiceType.Equals(typeof(IObjectModelValidator))).ImplementationFactory!;
        services.AddSingleton<IObjectModelValidator>(provider =>
            ActivatorUtilities.CreateInstance<RequestModelValidator>(provider, (ObjectModelValidator)fluentValidation(provider)));
    }

    /// <summary>Export and import, for requests and for commands.</summary>
    public static IServiceCollection AddTransfers(this IServiceCollection services)
    {
        ValidatorOptions.Global.PropertyNameResolver = (_, member, _) => member is null ? null : JsonNamingPolicy.SnakeCaseLower.ConvertName(member.Name);
        services.AddScoped<ExportWriter>();
        services.AddSingleton<ImportReader>();
        return services;
    }
}
