using System.Net.Mime;
using System.Reflection;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Options;
using Microsoft.OpenApi;
using SessionService.Api.Consistency;
using SessionService.Api.Conversations;
using SessionService.Api.Health;
using SessionService.Api.Idempotency;
using SessionService.Api.Identity;
using SessionService.Api.Limits;
using SessionService.Api.Live;
using SessionService.Api.Validation;
using SessionService.Hosting.Identity;
using SessionService.Hosting.Problems;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace SessionService.Api.OpenApi;

/// <summary>Adds to the OpenAPI document what operations share: the caller, content types, and problems.</summary>
internal sealed class ServiceOperationFilter(IOptions<IdentityOptions> identity, QueryParameterTable parameters) : IOperationFilter
{
    private const string RequestsLeft = "How many are left (`r`) for so many seconds (`t`). Also in the other answers.";

    // Not every deployment answers them all. But a client must understand each, from the service or from a gateway before it.
    private static readonly string[] EveryStatus =
    [
        Key(StatusCodes.Status401Unauthorized), Key(StatusCodes.Status429TooManyRequests), Key(StatusCodes.Status503ServiceUnavailable),
        Key(StatusCodes.Status504GatewayTimeout),
    ];

    private static readonly string[] RequestStatusesOfBodies =
    [
        Key(StatusCodes.Status400BadRequest), Key(StatusCodes.Status408RequestTimeout), Key(StatusCodes.Status413PayloadTooLarge),
        Key(StatusCodes.Status415UnsupportedMediaType),
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

        if (context.MethodInfo.GetCustomAttribute<ProducesEventsAttribute>() is { } events)
        {
            operation.Responses[Key(StatusCodes.Status200OK)] = new OpenApiResponse
            {
                Description = operation.Responses[Key(StatusCodes.Status200OK)].Description,
                Content = EventsOf(events, context),
            };
        }

        if (context.MethodInfo.IsDefined(typeof(ProducesFileAttribute)))
        {
            FileOperations.AddAnswers(operation);
        }

        var scheme = identity.Value.Mode switch
        {
            IdentityMode.Jwt => OpenApiServices.TokenScheme,
            IdentityMode.ApiKey => OpenApiServices.KeyScheme,
            _ => null,
        };
        var isHealth = context.MethodInfo.DeclaringType == typeof(HealthController);
        // An empty requirement tells that no caller need be named.
        operation.Security =
        [
            scheme is not null && !isHealth ? Require(context.Document, scheme) : new OpenApiSecurityRequirement(),
        ];
        if (isHealth)
        {
            operation.Responses[Key(StatusCodes.Status400BadRequest)] =
                ProblemResponse(Key(StatusCodes.Status400BadRequest), operation, context);
            return;
        }

        var problems = EveryStatus.ToHashSet(StringComparer.Ordinal);
        if (scheme == OpenApiServices.KeyScheme)
        {
            problems.Add(Key(StatusCodes.Status403Forbidden));
        }

        if (operation.RequestBody is OpenApiRequestBody body)
        {
            body.Required = true;
            KeepJson(body.Content);
            ReferDirectly(body.Content![MediaTypeNames.Application.Json]);
            AddExample(body, context);
            if (context.ApiDescription.HttpMethod == HttpMethods.Patch)
            {
                body.Content!["application/merge-patch+json"] = body.Content[MediaTypeNames.Application.Json];
            }

            problems.UnionWith(RequestStatusesOfBodies);
        }

        if (context.MethodInfo.GetCustomAttribute<ConsumesStreamAttribute>() is { } consumed)
        {
            operation.RequestBody = new OpenApiRequestBody
            {
                Required = true,
                Description = consumed.Description,
                Content = ContentOf(consumed.ContentTypes),
            };
            problems.UnionWith(RequestStatusesOfBodies);
        }

        if (context.MethodInfo.GetCustomAttribute<ConsumesFileAttribute>() is { } file)
        {
            operation.RequestBody = FileOperations.Body(file.Description);
            problems.UnionWith(RequestStatusesOfBodies);
        }

        if (context.MethodInfo.GetParameters().Any(NamesUser))
        {
            AddCaller(operation, context.Document, scheme);
            problems.Add(Key(StatusCodes.Status422UnprocessableEntity));
        }

        if (context.MethodInfo.GetParameters().Any(parameter => parameter.IsDefined(typeof(FromIdempotencyKeyAttribute))))
        {
            SharedParameters.AddIdempotencyKey(operation);
        }

        var known = parameters.Of(context.ApiDescription.ActionDescriptor)!;
        if (known.Find(EventualReadsAttribute.QueryParameter) is not null)
        {
            SharedParameters.AddConsistency(operation, context.SchemaRepository);
            problems.Add(Key(StatusCodes.Status422UnprocessableEntity));
        }

        if (known.Find(TakesIncludeAttribute.QueryParameter) is not null)
        {
            SharedParameters.AddInclude(operation, context.SchemaRepository);
        }

        if (known.TakesMetadata)
        {
            SharedParameters.AddMetadataConditions(operation);
        }

        SharedParameters.AddVersions(operation, context);
        problems.UnionWith(context.MethodInfo.GetCustomAttribute<ProducesProblemAttribute>()?.Statuses.Select(Key) ?? []);
        if (OpenAiError.IsAt($"/{context.ApiDescription.RelativePath}") && problems.Remove(Key(StatusCodes.Status422UnprocessableEntity)))
        {
            problems.Add(Key(StatusCodes.Status400BadRequest));
        }

        foreach (var status in problems.Order(StringComparer.Ordinal))
        {
            operation.Responses[status] = ProblemResponse(status, operation, context);
        }
    }

    private static void AddExample(OpenApiRequestBody body, OperationFilterContext context)
    {
        var request = context.ApiDescription.ParameterDescriptions.Single(parameter => parameter.Source == BindingSource.Body).Type;
        body.Content![MediaTypeNames.Application.Json].Example = RequestExamples.Of(request);
    }

    private static void ReferDirectly(OpenApiMediaType media)
    {
        if (media.Schema is OpenApiSchema { AllOf: [var shared] })
        {
            media.Schema = shared;
        }
    }

    private static bool NamesUser(ParameterInfo parameter) =>
        parameter.IsDefined(typeof(CallerAttribute)) || parameter.IsDefined(typeof(FromPathUserAttribute));

    private static void AddCaller(OpenApiOperation operation, OpenApiDocument document, string? scheme)
    {
        operation.Parameters ??= [];
        // Two parameters of one name get artificial names from generators, and the user in the path is the caller anyway.
        if (!operation.Parameters.Any(parameter => parameter.Name == CallerResolver.RouteParameter))
        {
            operation.Parameters.Add(new OpenApiParameter
            {
                Name = CallerResolver.QueryParameter,
                In = ParameterLocation.Query,
                Description = "The caller, for clients that cannot send the X-User-Id header. Both given must be the same."
                    + scheme switch
                    {
                        OpenApiServices.TokenScheme => " Ignored, as the header is, where the token names a user.",
                        OpenApiServices.KeyScheme => " Beside a user's key it must be that user.",
                        _ => "",
                    },
                Schema = new OpenApiSchema { Type = JsonSchemaType.String, MinLength = 1, MaxLength = 255 },
            });
        }

        // The header and the query parameter are alternatives, so the security scheme is one of two.
        operation.Security!.Insert(
            0, scheme is null
                ? Require(document, OpenApiServices.CallerScheme)
                : Require(document, scheme, OpenApiServices.CallerScheme));
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

    private static OpenApiResponse ProblemResponse(string status, OpenApiOperation operation, OperationFilterContext context)
    {
        var parameters = (operation.Parameters ?? [])
            .Where(parameter => parameter.In != ParameterLocation.Path)
            .Select(parameter => parameter.Name!)
            .ToHashSet(StringComparer.Ordinal);
        var path = $"/{context.ApiDescription.RelativePath}";
        var (contentType, error) = OpenAiError.IsAt(path)
            ? (MediaTypeNames.Application.Json, typeof(OpenAiError))
            : (Problem.ContentType, typeof(Problem));
        var response = new OpenApiResponse
        {
            Description = ReasonPhrases.GetReasonPhrase(int.Parse(status)),
            Content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal)
            {
                [contentType] = new()
                {
                    Schema = context.SchemaGenerator.GenerateSchema(error, context.SchemaRepository),
                    Examples = ProblemExamples.Of(status, context.ApiDescription.HttpMethod!, path, parameters),
                },
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
            StatusCodes.Status401Unauthorized =>
                [("WWW-Authenticate", "What is asked for, and what is wrong with what came.", JsonSchemaType.String)],
            StatusCodes.Status415UnsupportedMediaType =>
                [("Accept-Encoding", "With `unsupported_content_encoding`: the encodings that are taken.", JsonSchemaType.String)],
            StatusCodes.Status429TooManyRequests =>
            [
                retryAfter,
                (CallerRateLimiter.PolicyHeader, "Requests (`q`) of a user or a key in so many seconds (`w`).", JsonSchemaType.String),
                (CallerRateLimiter.LimitHeader, RequestsLeft, JsonSchemaType.String),
            ],
            StatusCodes.Status503ServiceUnavailable => [retryAfter],
            _ => [],
        };
    }

    // Generators make a stream of what is binary in every type; of a text they make a JSON string.
    private static Dictionary<string, OpenApiMediaType> ContentOf(IEnumerable<string> contentTypes) => contentTypes.ToDictionary(
        type => type,
        _ => new OpenApiMediaType { Schema = new OpenApiSchema { Type = JsonSchemaType.String, Format = "binary" } },
        StringComparer.Ordinal);

    // OpenAPI 3.1 has no word for the events of a stream. As is usual, the schema is that of the data of one event.
    private static Dictionary<string, OpenApiMediaType> EventsOf(ProducesEventsAttribute events, OperationFilterContext context)
    {
        List<IOpenApiSchema> data = [.. events.Data.Select(type => context.SchemaGenerator.GenerateSchema(type, context.SchemaRepository))];
        return new(StringComparer.Ordinal)
        {
            [FollowResult.ContentType] = new() { Schema = data is [var single] ? single : new OpenApiSchema { AnyOf = data } },
        };
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
