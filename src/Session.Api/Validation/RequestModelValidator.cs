using System.Collections.Concurrent;
using FluentValidation;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.AspNetCore.Mvc.ModelBinding.Validation;
using Microsoft.Extensions.Options;

namespace SessionService.Api.Validation;

/// <summary>
/// Validates only parameters whose type has a validator. FluentValidation would search the attributes of every parameter, such as ids and
/// callers, which takes longer than the validation itself.
/// </summary>
internal sealed class RequestModelValidator(
    ObjectModelValidator fluentValidation, IServiceProviderIsService services, IModelMetadataProvider metadata, IOptions<MvcOptions> mvc)
    : ObjectModelValidator(metadata, mvc.Value.ModelValidatorProviders)
{
    private readonly ConcurrentDictionary<Type, bool> _isValidated = new();

    public override void Validate(
        ActionContext actionContext,
        ValidationStateDictionary? validationState,
        string? prefix,
        object? model,
        ModelMetadata metadata,
        object? container)
    {
        if (_isValidated.GetOrAdd(metadata.ModelType, type => services.IsService(typeof(IValidator<>).MakeGenericType(type))))
        {
            base.Validate(actionContext, validationState, prefix, model, metadata, container);
        }
        else
        {
            // The framework refuses a request with unvalidated entries.
            foreach (var (_, entry) in actionContext.ModelState.FindKeysWithPrefix(prefix ?? ""))
            {
                if (entry.ValidationState == ModelValidationState.Unvalidated)
                {
                    entry.ValidationState = ModelValidationState.Skipped;
                }
            }
        }
    }

    public override ValidationVisitor GetValidationVisitor(
        ActionContext actionContext,
        IModelValidatorProvider validatorProvider,
        ValidatorCache validatorCache,
        IModelMetadataProvider metadataProvider,
        ValidationStateDictionary? validationState) =>
        fluentValidation.GetValidationVisitor(actionContext, validatorProvider, validatorCache, metadataProvider, validationState);
}
