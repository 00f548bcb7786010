using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Text.Json.Nodes;
using Microsoft.OpenApi;
using SessionService.Application.Json;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace SessionService.Api.OpenApi;

/// <summary>Adds to schemas the constraints of attributes that Swashbuckle ignores.</summary>
internal sealed class ServiceSchemaFilter : ISchemaFilter
{
    public void Apply(IOpenApiSchema schema, SchemaFilterContext context)
    {
        if (schema is not OpenApiSchema concrete)
        {
            return;
        }

        // Unknown fields are ignored, not refused; objects of free JSON hold anything.
        concrete.AdditionalPropertiesAllowed = true;

        if (context.MemberInfo is not { } member)
        {
            return;
        }

        if (member.GetCustomAttribute<AllowedValuesAttribute>() is { } allowed)
        {
            var isNullable = concrete.Type?.HasFlag(JsonSchemaType.Null) == true;
            concrete.Enum = [.. allowed.Values.OfType<string>().Select(value => (JsonNode)JsonValue.Create(value))];
            if (isNullable)
            {
                concrete.Enum.Add(JsonNullSentinel.JsonNull);
            }
        }

        if (member.GetCustomAttribute<JsonArrayTextAttribute>() is not null)
        {
            concrete.Type = JsonSchemaType.Array | (concrete.Type & JsonSchemaType.Null);
            concrete.Items = new OpenApiSchema();
        }
    }
}
