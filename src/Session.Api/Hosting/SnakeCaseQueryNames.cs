using System.Text.Json;
using Microsoft.AspNetCore.Mvc.ModelBinding.Metadata;
using SessionService.Application.Paging;

namespace SessionService.Api.Hosting;

/// <summary>Query parameters are named as the JSON is: <c>PageSize</c> is <c>page_size</c>.</summary>
internal sealed class SnakeCaseQueryNames : IBindingMetadataProvider
{
    public void CreateBindingMetadata(BindingMetadataProviderContext context)
    {
        if (context.Key.MetadataKind == ModelMetadataKind.Property && typeof(IQueryParameters).IsAssignableFrom(context.Key.ContainerType))
        {
            context.BindingMetadata.BinderModelName = JsonNamingPolicy.SnakeCaseLower.ConvertName(context.Key.Name!);
        }
    }
}
