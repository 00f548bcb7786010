using FluentValidation;
using FluentValidation.AspNetCore;
using FluentValidation.Results;
using Microsoft.AspNetCore.Mvc;
using SessionService.Api.Identity;
using SessionService.Application.Identity;

namespace SessionService.Api.Validation;

/// <summary>Connects the validators with the request around the model that they see.</summary>
internal sealed class RequestValidationInterceptor(CallerResolver callers) : IValidatorInterceptor
{
    public IValidationContext BeforeAspNetValidation(ActionContext actionContext, IValidationContext commonContext)
    {
        commonContext.SetNamesCaller(callers.Find(actionContext.HttpContext).Caller.UserId is not null);
        return commonContext;
    }

    /// <summary>A field that could not be read is not given; that it is missing besides is no news.</summary>
    public ValidationResult AfterAspNetValidation(
        ActionContext actionContext, IValidationContext validationContext, ValidationResult result) =>
        result.IsValid ? result : new(result.Errors.Where(failure =>
            actionContext.ModelState.GetValueOrDefault(failure.PropertyName) is not { Errors.Count: > 0 }));
}
