using System.Text.Json;
using Microsoft.AspNetCore.Mvc.ModelBinding.Metadata;
using SessionService.Application.Paging;

namespace SessionService.Api.Json;

/// <summary>
/// Names query parameters like JSON fields: the property <c>PageSize</c> of a class <c>…Query</c> is bound from <c>page_size</c>.
/// </summary>
internal sealed class SnakeCaseQueryNames : IBindingMetadataProvider
{
    public void CreateBindingMetadata(BindingMetadataProviderContext context)
    {
        if (context.Key is { MetadataKind: ModelMetadataKind.Property, ContainerType: { } query }
            && query.Assembly == typeof(IPageQuery).Assembly
            && query.Name.EndsWith("Query", StringComparison.Ordinal))
        {
            context.BindingMetadata.BinderModelName = JsonNamingPolicy.SnakeCaseLower.ConvertName(context.Key.Name!);
        }
    }
}
