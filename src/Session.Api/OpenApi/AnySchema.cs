using Microsoft.OpenApi;

namespace SessionService.Api.OpenApi;

/// <summary>
/// The schema <c>true</c>, which any value fits. Generators of clients understand <c>additionalProperties: true</c> better than an empty
/// schema or none.
/// </summary>
internal sealed class AnySchema : OpenApiSchema
{
    public override void SerializeAsV31(IOpenApiWriter writer) => writer.WriteValue(true);
}
