using System.Net.Mime;
using System.Reflection;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using Microsoft.OpenApi;
using SessionService.Api.Consistency;
using SessionService.Api.Health;
using SessionService.Api.Idempotency;
using SessionService.Api.Identity;
using SessionService.Api.Limits;
using SessionService.Api.Sessions;
using SessionService.Application.Idempotency;
using SessionService.Application.Identity;
using SessionService.Application.Sessions;
using SessionService.Hosting.Identity;
using SessionService.Hosting.Problems;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace SessionService.Api.OpenApi;

/// <summary>Adds to each operation what all of its kind share: the caller, the content type, the problems.</summary>
internal sealed class ServiceOperationFilter(IOptions<IdentityOptions> identity, IOptions<RateLimitOptions> rates) : IOperationFilter
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

        if (context.MethodInfo.GetCustomAttribute<ProducesStreamAttribute>() is { } produced)
        {
            operation.Responses[Key(StatusCodes.Status200OK)] = new OpenApiResponse
            {
                Description = operation.Responses[Key(StatusCodes.Status200OK)].Description,
                Content = ContentOf(produced.ContentTypes),
            };
        }

        var takesTokens = identity.Value.Mode == IdentityMode.Jwt;
        var isHealth = context.MethodInfo.DeclaringType == typeof(HealthController);
        // Said explicitly where nobody need be named.
        operation.Security = [takesTokens && !isHealth ? Require(context.Document, OpenApiServices.TokenScheme) : new OpenApiSecurityRequirement()];
        if (isHealth)
        {
            return;
        }

        var problems = new SortedSet<string>(StringComparer.Ordinal) { Key(StatusCodes.Status503ServiceUnavailable) };
        if (takesTokens || identity.Value.GatewaySecret is not null)
        {
            problems.Add(Key(StatusCodes.Status401Unauthorized));
        }

        if (rates.Value.Requests > 0)
        {
            problems.Add(Key(StatusCodes.Status429TooManyRequests));
        }

        if (operation.RequestBody is OpenApiRequestBody body)
        {
            body.Required = true;
            KeepJson(body.Content);
            AddExample(body, context);
            if (context.ApiDescription.HttpMethod == HttpMethods.Patch)
            {
                body.Content!["application/merge-patch+json"] = body.Content[MediaTypeNames.Application.Json];
            }

            problems.UnionWith(RequestStatusesOfBodies);
        }

        if (context.MethodInfo.GetCustomAttribute<ConsumesStreamAttribute>() is { } consumed)
        {
            operation.RequestBody = new OpenApiRequestBody { Required = true, Description = consumed.Description, Content = ContentOf(consumed.ContentTypes) };
            problems.UnionWith(RequestStatusesOfBodies);
        }

        if (context.MethodInfo.GetParameters().Any(parameter => parameter.ParameterType == typeof(Caller)))
        {
            AddCaller(operation, context.Document, takesTokens);
            problems.Add(Key(StatusCodes.Status422UnprocessableEntity));
        }

        if (context.MethodInfo.GetParameters().Any(parameter => parameter.IsDefined(typeof(FromIdempotencyKeyAttribute))))
        {
            AddIdempotencyKey(operation);
        }

        if (context.MethodInfo.IsDefined(typeof(EventualReadsAttribute)))
        {
            AddConsistency(operation);
            problems.Add(Key(StatusCodes.Status422UnprocessableEntity));
        }

        AddVersions(operation, context);
        AddMetadataConditions(operation);
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

    private static void AddCaller(OpenApiOperation operation, OpenApiDocument document, bool takesTokens)
    {
        operation.Parameters ??= [];
        operation.Parameters.Add(new OpenApiParameter
        {
            Name = CallerResolver.QueryParameter,
            In = ParameterLocation.Query,
            Description = "The caller, for clients that cannot send the X-User-Id header. Both given must be the same."
                + (takesTokens ? " Ignored, as the header is, where the token names a user." : ""),
            Schema = new OpenApiSchema { Type = JsonSchemaType.String, MinLength = 1, MaxLength = 255 },
        });

        // The header or the query parameter: the scheme is one of two ways.
        operation.Security!.Insert(
            0, takesTokens
                ? Require(document, OpenApiServices.TokenScheme, OpenApiServices.CallerScheme)
                : Require(document, OpenApiServices.CallerScheme));
    }

    private static OpenApiSecurityRequirement Require(OpenApiDocument document, params string[] schemes)
    {
        var requirement = new OpenApiSecurityRequirement();
        foreach (var scheme in schemes)
        {
            requirement.Add(new OpenApiSecuritySchemeReference(scheme, document), []);
        }

        return requirement;
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

    private static void AddConsistency(OpenApiOperation operation)
    {
        operation.Parameters ??= [];
        operation.Parameters.Add(new OpenApiParameter
        {
            Name = EventualReadsAttribute.QueryParameter,
            In = ParameterLocation.Query,
            Description =
                "`strong`, the default: the answer holds everything that was acknowledged before. `eventual`: a standby may answer, which may "
                + "lack what was written last, a new session as a whole too; this works while no server takes writes.",
            Schema = new OpenApiSchema
            {
                Type = JsonSchemaType.String,
                Enum = [JsonValue.Create(EventualReadsAttribute.Strong), JsonValue.Create(EventualReadsAttribute.Eventual)],
                Default = JsonValue.Create(EventualReadsAttribute.Strong),
            },
        });
    }

    // Any number of parameters of the client's own names, which a document of parameters can only give an example of.
    private static void AddMetadataConditions(OpenApiOperation operation)
    {
        if (operation.Parameters?.FirstOrDefault(parameter => parameter.Name!.StartsWith(MetadataCondition.Prefix, StringComparison.OrdinalIgnoreCase))
            is not { } conditions)
        {
            return;
        }

        operation.Parameters.Remove(conditions);
        operation.Parameters.Add(new OpenApiParameter
        {
            Name = $"{MetadataCondition.Prefix}key",
            In = ParameterLocation.Query,
            Description =
                """
                Only sessions with this value under this key of their metadata; any key, nested ones with dots between them (`metadata.topic.name=summer`), a
                dot within a key as `\.`. The value is a text or, where it reads as one, a number, true, false or null; in double quotes a text in any
                case. Without a value: the key is there, whatever it holds. Given several times for one key: one of the values. At most 10 keys.
                """,
            Schema = new OpenApiSchema { Type = JsonSchemaType.String, MaxLength = MetadataCondition.MaxValueLength },
        });
    }

    private static void AddVersions(OpenApiOperation operation, OperationFilterContext context)
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

        foreach (var attribute in context.MethodInfo.GetCustomAttributes<ProducesResponseTypeAttribute>().Where(attribute => attribute.Type == typeof(SessionResponse)))
        {
            var response = (OpenApiResponse)operation.Responses![Key(attribute.StatusCode)];
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
        foreach (var (name, description, type) in HeadersOf(int.Parse(status)))
        {
            response.Headers ??= new Dictionary<string, IOpenApiHeader>(StringComparer.Ordinal);
            response.Headers[name] = new OpenApiHeader { Description = description, Schema = new OpenApiSchema { Type = type } };
        }

        return response;
    }

    private static (string Name, string Description, JsonSchemaType Type)[] HeadersOf(int status)
    {
        var retryAfter = ("Retry-After", "Seconds to wait before the next try.", JsonSchemaType.Integer);
        return status switch
        {
            StatusCodes.Status401Unauthorized => [("WWW-Authenticate", "What is asked for, and what is wrong with what came.", JsonSchemaType.String)],
            StatusCodes.Status429TooManyRequests =>
            [
                retryAfter,
                (CallerRateLimiter.PolicyHeader, "How many requests (`q`) a user has in so many seconds (`w`).", JsonSchemaType.String),
                (CallerRateLimiter.LimitHeader, "How many are left (`r`) for so many seconds (`t`). Also in the other answers.", JsonSchemaType.String),
            ],
            StatusCodes.Status503ServiceUnavailable => [retryAfter],
            _ => [],
        };
    }

    private static Dictionary<string, OpenApiMediaType> ContentOf(IEnumerable<string> contentTypes) => contentTypes.ToDictionary(
        type => type,
        type => new OpenApiMediaType
        {
            Schema = new OpenApiSchema { Type = type == MediaTypeNames.Application.Json ? JsonSchemaType.Object : JsonSchemaType.String },
        },
        StringComparer.Ordinal);

    private static void KeepJson(IDictionary<string, OpenApiMediaType>? content)
    {
        foreach (var other in content?.Keys.Where(type => type != MediaTypeNames.Application.Json).ToList() ?? [])
        {
            content!.Remove(other);
        }
    }

    private static string Key(int status) => status.ToString();
}
