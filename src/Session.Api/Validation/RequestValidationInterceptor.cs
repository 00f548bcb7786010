using FluentValidation;
using FluentValidation.AspNetCore;
using FluentValidation.Results;
using Microsoft.AspNetCore.Mvc;
using SessionService.Api.Identity;
using SessionService.Application.Identity;

namespace SessionService.Api.Validation;

/// <summary>Gives validators what they need from the HTTP request.</summary>
internal sealed class RequestValidationInterceptor(CallerResolver callers) : IValidatorInterceptor
{
    public IValidationContext BeforeAspNetValidation(ActionContext actionContext, IValidationContext commonContext)
    {
        commonContext.SetNamesCaller(callers.Find(actionContext.HttpContext).Caller.UserId is not null);
        return commonContext;
    }

    /// <summary>A field of a wrong type counts as not given. Its error is enough: that it is missing need not be reported too.</summary>
    public ValidationResult AfterAspNetValidation(
        ActionContext actionContext, IValidationContext validationContext, ValidationResult result) =>
        result.IsValid ? result : new(result.Errors.Where(failure =>
            actionContext.ModelState.GetValueOrDefault(failure.PropertyName) is not { Errors.Count: > 0 }));
}
