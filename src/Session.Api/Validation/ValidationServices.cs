using FluentValidation.AspNetCore;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.AspNetCore.Mvc.ModelBinding.Validation;

namespace SessionService.Api.Validation;

/// <summary>Validation of requests, and the texts of its errors.</summary>
internal static class ValidationServices
{
    public static IServiceCollection AddRequestValidation(this IServiceCollection services)
    {
        services.Configure<MvcOptions>(mvc =>
        {
            mvc.ModelMetadataDetailsProviders.Add(new WholeRequestValidation());
            mvc.MaxModelValidationErrors = int.MaxValue;
            var messages = mvc.ModelBindingMessageProvider;
            messages.SetAttemptedValueIsInvalidAccessor((_, _) => "is not a valid value");
            messages.SetNonPropertyAttemptedValueIsInvalidAccessor(_ => "is not a valid value");
            messages.SetValueIsInvalidAccessor(_ => "is not a valid value");
            messages.SetMissingRequestBodyRequiredValueAccessor(() => "must be a JSON object");
        });
        services.AddOptions<RequestOptions>().BindConfiguration(RequestOptions.Section).ValidateOnStart();
        services.AddSingleton<QueryParameterTable>();
        services.AddSingleton<UnknownParametersFilter>();
        services.Configure<MvcOptions>(mvc => mvc.Filters.AddService<UnknownParametersFilter>());
        services.AddFluentValidationAutoValidation(validation => validation.DisableDataAnnotationsValidation = true);
        services.AddSingleton<IValidatorInterceptor, RequestValidationInterceptor>();
        var fluentValidation = services.Last(service => service.ServiceType == typeof(IObjectModelValidator)).ImplementationFactory!;
        services.AddSingleton<IObjectModelValidator>(provider =>
            ActivatorUtilities.CreateInstance<RequestModelValidator>(provider, (ObjectModelValidator)fluentValidation(provider)));
        return services;
    }
}
