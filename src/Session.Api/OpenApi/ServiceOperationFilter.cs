using System.Net.Mime;
using System.Reflection;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.OpenApi;
using SessionService.Api.Health;
using SessionService.Api.Idempotency;
using SessionService.Api.Identity;
using SessionService.Api.Problems;
using SessionService.Application.Idempotency;
using SessionService.Application.Identity;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace SessionService.Api.OpenApi;

/// <summary>Adds to each operation what all of its kind share: the caller, the content type, the problems.</summary>
internal sealed class ServiceOperationFilter : IOperationFilter
{
    private static readonly string[] RequestStatusesOfBodies =
    [
        Key(StatusCodes.Status400BadRequest), Key(StatusCodes.Status413PayloadTooLarge), Key(StatusCodes.Status415UnsupportedMediaType),
    ];

    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        operation.Responses ??= [];
        foreach (var response in operation.Responses.Values.OfType<OpenApiResponse>())
        {
            KeepJson(response.Content);
        }

        // Said explicitly where nobody need be named.
        operation.Security = [new OpenApiSecurityRequirement()];
        if (context.MethodInfo.DeclaringType == typeof(HealthController))
        {
            return;
        }

        var problems = new SortedSet<string>(StringComparer.Ordinal) { Key(StatusCodes.Status503ServiceUnavailable) };
        if (operation.RequestBody is OpenApiRequestBody body)
        {
            body.Required = true;
            KeepJson(body.Content);
            AddExample(body, context);
            problems.UnionWith(RequestStatusesOfBodies);
        }

        if (context.MethodInfo.GetParameters().Any(parameter => parameter.ParameterType == typeof(Caller)))
        {
            AddCaller(operation, context.Document);
            problems.Add(Key(StatusCodes.Status422UnprocessableEntity));
        }

        if (context.MethodInfo.GetParameters().Any(parameter => parameter.IsDefined(typeof(FromIdempotencyKeyAttribute))))
        {
            AddIdempotencyKey(operation);
        }

        problems.UnionWith(context.MethodInfo.GetCustomAttribute<ProducesProblemAttribute>()?.Statuses.Select(Key) ?? []);
        foreach (var status in problems)
        {
            operation.Responses[status] = ProblemResponse(status, context);
        }
    }

    private static void AddExample(OpenApiRequestBody body, OperationFilterContext context)
    {
        var request = context.ApiDescription.ParameterDescriptions.Single(parameter => parameter.Source == BindingSource.Body).Type;
        body.Content![MediaTypeNames.Application.Json].Example = RequestExamples.Of(request);
    }

    private static void AddCaller(OpenApiOperation operation, OpenApiDocument document)
    {
        operation.Parameters ??= [];
        operation.Parameters.Add(new OpenApiParameter
        {
            Name = CallerResolver.QueryParameter,
            In = ParameterLocation.Query,
            Description = "The caller, for clients that cannot send the X-User-Id header. Both given must be the same.",
            Schema = new OpenApiSchema { Type = JsonSchemaType.String, MinLength = 1, MaxLength = 255 },
        });

        // The header or the query parameter: the scheme is one of two ways.
        operation.Security!.Insert(
            0, new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(OpenApiServices.CallerScheme, document)] = [] });
    }

    private static void AddIdempotencyKey(OpenApiOperation operation)
    {
        operation.Parameters ??= [];
        operation.Parameters.Add(new OpenApiParameter
        {
            Name = IdempotencyHeaders.Key,
            In = ParameterLocation.Header,
            Description = "A key of the client's for this write: sent again with the same key and body within 24 hours, it is made once.",
            Schema = new OpenApiSchema { Type = JsonSchemaType.String, MinLength = 1, MaxLength = IdempotencyKey.MaxLength, Pattern = "^[ -~]+$" },
        });
        foreach (var (_, response) in operation.Responses!.Where(entry => entry.Key.StartsWith('2')))
        {
            ((OpenApiResponse)response).Headers = new Dictionary<string, IOpenApiHeader>(StringComparer.Ordinal)
            {
                [IdempotencyHeaders.Replayed] = new OpenApiHeader
                {
                    Description = "`true` where the answer repeats that of an earlier request.",
                    Schema = new OpenApiSchema { Type = JsonSchemaType.String, Enum = [JsonValue.Create("true")] },
                },
            };
        }
    }

    private static OpenApiResponse ProblemResponse(string status, OperationFilterContext context)
    {
        var response = new OpenApiResponse
        {
            Description = ReasonPhrases.GetReasonPhrase(int.Parse(status)),
            Content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal)
            {
                [Problem.ContentType] = new() { Schema = context.SchemaGenerator.GenerateSchema(typeof(Problem), context.SchemaRepository) },
            },
        };
        if (string.Equals(status, Key(StatusCodes.Status503ServiceUnavailable), StringComparison.Ordinal))
        {
            response.Headers = new Dictionary<string, IOpenApiHeader>(StringComparer.Ordinal)
            {
                ["Retry-After"] = new OpenApiHeader
                {
                    Description = "Seconds to wait before the next try.",
                    Schema = new OpenApiSchema { Type = JsonSchemaType.Integer },
                },
            };
        }

        return response;
    }

    private static void KeepJson(IDictionary<string, OpenApiMediaType>? content)
    {
        foreach (var other in content?.Keys.Where(type => type != MediaTypeNames.Application.Json).ToList() ?? [])
        {
            content!.Remove(other);
        }
    }

    private static string Key(int status) => status.ToString();
}
