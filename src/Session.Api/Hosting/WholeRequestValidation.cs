using Microsoft.AspNetCore.Mvc.ModelBinding.Metadata;
using SessionService.Application.Json;

namespace SessionService.Api.Hosting;

/// <summary>
/// A request's validator looks at the whole of it: the framework need not walk through every member to look for more validators, which took
/// longer than the validation itself.
/// </summary>
internal sealed class WholeRequestValidation : IValidationMetadataProvider
{
    public void CreateValidationMetadata(ValidationMetadataProviderContext context)
    {
        if (context.Key.MetadataKind is ModelMetadataKind.Type or ModelMetadataKind.Parameter
            && context.Key.ModelType.Assembly == typeof(JsonText).Assembly)
        {
            context.ValidationMetadata.ValidateChildren = false;
        }
    }
}
