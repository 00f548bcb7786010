using FluentValidation;
using Microsoft.AspNetCore.Mvc.ModelBinding.Metadata;
using SessionService.Application.Json;

namespace SessionService.Api.Hosting;

/// <summary>
/// A request's validator looks at the whole of it, and nothing else has one: the framework need not walk through every member, nor ask about
/// ids and callers, to look for more of them, which took longer than the validation itself.
/// </summary>
internal sealed class WholeRequestValidation : IValidationMetadataProvider
{
    private static readonly HashSet<Type> Validated =
        [.. AssemblyScanner.FindValidatorsInAssembly(typeof(JsonText).Assembly, includeInternalTypes: true).Select(found => found.InterfaceType.GenericTypeArguments[0])];

    public void CreateValidationMetadata(ValidationMetadataProviderContext context)
    {
        if (!Validated.Contains(context.Key.ModelType))
        {
            context.ValidationMetadata.HasValidators = false;
        }
        else if (context.Key.MetadataKind is ModelMetadataKind.Type or ModelMetadataKind.Parameter)
        {
            context.ValidationMetadata.ValidateChildren = false;
        }
    }
}
