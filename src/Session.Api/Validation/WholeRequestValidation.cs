using Microsoft.AspNetCore.Mvc.ModelBinding.Metadata;

namespace SessionService.Api.Validation;

/// <summary>Stops the framework from validating the members of a request one by one: the request's validator covers them all.</summary>
internal sealed class WholeRequestValidation : IValidationMetadataProvider
{
    public void CreateValidationMetadata(ValidationMetadataProviderContext context)
    {
        if (context.Key.MetadataKind is ModelMetadataKind.Type or ModelMetadataKind.Parameter)
        {
            context.ValidationMetadata.ValidateChildren = false;
        }
    }
}
