using Microsoft.AspNetCore.Mvc.ModelBinding.Metadata;

namespace SessionService.Api.Validation;

/// <summary>
/// A request's validator looks at the whole of it: the framework need not walk through every member to look for more of them.
/// </summary>
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
