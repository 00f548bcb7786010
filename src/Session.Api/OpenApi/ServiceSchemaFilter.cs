using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Text.Json.Nodes;
using Microsoft.OpenApi;
using SessionService.Application.Json;
using SessionService.Application.Validation;
using SessionService.Hosting.Problems;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace SessionService.Api.OpenApi;

/// <summary>
/// Adds to schemas what Swashbuckle does not read from attributes, and writes them as generators of clients understand them.
/// </summary>
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
            concrete.AllOf = [EnumSchemas.Share(context.SchemaRepository, EnumSchemas.NameOf(member), allowed.Values.OfType<string>())];
            concrete.Type = concrete.Type is { } type && type.HasFlag(JsonSchemaType.Null) ? JsonSchemaType.Null : null;
        }

        if (member.GetCustomAttribute<AllowedItemsAttribute>() is { } items)
        {
            concrete.Items = EnumSchemas.Share(context.SchemaRepository, EnumSchemas.NameOf(member), items.Values);
        }

        if (member.GetCustomAttribute<JsonArrayTextAttribute>() is not null)
        {
            concrete.Type = JsonSchemaType.Array | (concrete.Type & JsonSchemaType.Null);
            concrete.Items = new OpenApiSchema();
            concrete.AdditionalProperties = null;
        }

        if (member.DeclaringType == typeof(Problem) && member.Name == nameof(Problem.Detail))
        {
            // Kiota makes it the message of its exceptions.
            concrete.Extensions ??= new Dictionary<string, IOpenApiExtension>(StringComparer.Ordinal);
            concrete.Extensions["x-ms-primary-error-message"] = new JsonNodeExtension(JsonValue.Create(true));
        }

        WriteNullAsAlternative(concrete);
    }

    // "All of a schema and null" holds for no value.
    private static void WriteNullAsAlternative(OpenApiSchema schema)
    {
        if (schema is { AllOf: [var reference], Type: { } type } && type.HasFlag(JsonSchemaType.Null))
        {
            schema.AllOf = null;
            schema.Type = null;
            schema.OneOf = [reference, new OpenApiSchema { Type = JsonSchemaType.Null }];
        }
    }
}
