using System.Reflection;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Net.Http.Headers;
using Microsoft.OpenApi;
using SessionService.Api.Consistency;
using SessionService.Api.Conversations;
using SessionService.Api.Idempotency;
using SessionService.Api.Preconditions;
using SessionService.Application.Idempotency;
using SessionService.Application.Sessions;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace SessionService.Api.OpenApi;

/// <summary>Describes parameters that are no action parameters of their own: headers, <c>consistency</c>, <c>include[]</c> and
/// <c>metadata.…</c>.</summary>
internal static class SharedParameters
{
    public static void AddIdempotencyKey(OpenApiOperation operation)
    {
        operation.Parameters ??= [];
        operation.Parameters.Add(new OpenApiParameter
        {
            Name = IdempotencyHeaders.Key,
            In = ParameterLocation.Header,
            Description = "A key of the client's for this write: sent again with the same key and body within 24 hours, it is made once.",
            Schema = new OpenApiSchema
            {
                Type = JsonSchemaType.String,
                MinLength = 1,
                MaxLength = IdempotencyKey.MaxLength,
                Pattern = "^[ -~]+$",
            },
        });
        foreach (var (_, response) in operation.Responses!.Where(entry => entry.Key.StartsWith('2')))
        {
            ((OpenApiResponse)response).Headers = new Dictionary<string, IOpenApiHeader>(StringComparer.Ordinal)
            {
                [IdempotencyHeaders.Replayed] = new OpenApiHeader
                {
                    Description = "`true` where the answer repeats that of an earlier request.",
                    Schema = new OpenApiSchema { Type = JsonSchemaType.String, Const = "true" },
                },
            };
        }
    }

    public static void AddConsistency(OpenApiOperation operation, SchemaRepository schemas)
    {
        operation.Parameters ??= [];
        operation.Parameters.Add(new OpenApiParameter
        {
            Name = EventualReadsAttribute.QueryParameter,
            In = ParameterLocation.Query,
            Description =
                "`strong`, the default: the answer holds everything that was acknowledged before. `eventual`: a standby may answer, which "
                + "may lack what was written last, a new session as a whole too; this works while no server takes writes.",
            Schema = new OpenApiSchema
            {
                AllOf = [EnumSchemas.Share(schemas, "Consistency", [EventualReadsAttribute.Strong, EventualReadsAttribute.Eventual])],
                Default = JsonValue.Create(EventualReadsAttribute.Strong),
            },
        });
    }

    public static void AddInclude(OpenApiOperation operation, SchemaRepository schemas)
    {
        operation.Parameters ??= [];
        operation.Parameters.Add(new OpenApiParameter
        {
            Name = TakesIncludeAttribute.QueryParameter,
            In = ParameterLocation.Query,
            Description = "What the answer is to have beside the usual. Every answer has all that was stored, whatever is given here.",
            Schema = new OpenApiSchema
            {
                Type = JsonSchemaType.Array,
                Items = EnumSchemas.Share(schemas, "ConversationInclude", TakesIncludeAttribute.Values),
            },
        });
    }

    // Clients choose the names of these parameters. The object's members are the parameters: each is sent under its own name.
    public static void AddMetadataConditions(OpenApiOperation operation)
    {
        var conditions = operation.Parameters!.First(
            parameter => parameter.Name!.StartsWith(MetadataCondition.Prefix, StringComparison.OrdinalIgnoreCase));
        // The operation id is not made yet: the conditions are on messages where other parameters are.
        var (noun, one) = operation.Parameters!.Any(parameter => string.Equals(parameter.Name, "after", StringComparison.Ordinal))
            ? ("messages", "Messages")
            : ("sessions", "Sessions");
        operation.Parameters!.Remove(conditions);
        operation.Parameters.Add(new OpenApiParameter
        {
            Name = "metadata",
            In = ParameterLocation.Query,
            Style = ParameterStyle.Form,
            Explode = true,
            Description =
                $$"""
                Only {{noun}} with these values in their metadata. Each member is a query parameter of its own: `metadata.` and a key, as in
                `metadata.app=web`. Nested keys have dots between them (`metadata.topic.name=summer`); a dot within a key is `\.`. The
                value is a text or, where it reads as one, a number, true, false or null; in double quotes it is a text in any case.
                Without a value: the key is there, whatever it holds. Given several times for one key: one of the values. An
                array has the value if one of its elements is the value. At most 10 keys.
                """,
            Schema = new OpenApiSchema
            {
                Type = JsonSchemaType.Object,
                AdditionalProperties = new OpenApiSchema
                {
                    Type = JsonSchemaType.String,
                    MaxLength = MetadataCondition.MaxValueLength,
                },
                MaxProperties = MetadataCondition.MaxConditions,
            },
            // Without examples Swagger UI sends names that it made up.
            Examples = new Dictionary<string, IOpenApiExample>(StringComparer.Ordinal)
            {
                ["all"] = new OpenApiExample { Summary = $"All {noun}", Value = new JsonObject() },
                ["app"] = new OpenApiExample
                {
                    Summary = $"{one} whose metadata have the app web",
                    Value = new JsonObject { ["metadata.app"] = "web" },
                },
            },
        });
    }

    public static void AddVersions(OpenApiOperation operation, OperationFilterContext context)
    {
        var parameters = context.MethodInfo.GetParameters();
        if (parameters.Any(parameter => parameter.IsDefined(typeof(FromIfMatchAttribute))))
        {
            AddHeader(HeaderNames.IfMatch, "Change nothing unless its ETag is one of these, with commas between; `*` is any.");
        }

        if (parameters.Any(parameter => parameter.IsDefined(typeof(FromIfNoneMatchAttribute))))
        {
            AddHeader(HeaderNames.IfNoneMatch, "Answer 304 where the session's ETag is one of these, with commas between.");
        }

        var statuses = context.MethodInfo.GetCustomAttributes<ProducesResponseTypeAttribute>()
            .Where(attribute => attribute.Type == typeof(SessionResponse))
            .Select(attribute => attribute.StatusCode.ToString());
        foreach (var status in statuses)
        {
            var response = (OpenApiResponse)operation.Responses![status];
            response.Headers ??= new Dictionary<string, IOpenApiHeader>(StringComparer.Ordinal);
            response.Headers[HeaderNames.ETag] = new OpenApiHeader
            {
                Description = "The version of the session, another one after every change, messages included.",
                Schema = new OpenApiSchema { Type = JsonSchemaType.String },
            };
        }

        void AddHeader(string name, string description)
        {
            operation.Parameters ??= [];
            operation.Parameters.Add(new OpenApiParameter
            {
                Name = name,
                In = ParameterLocation.Header,
                Description = description,
                Schema = new OpenApiSchema { Type = JsonSchemaType.String },
            });
        }
    }
}
