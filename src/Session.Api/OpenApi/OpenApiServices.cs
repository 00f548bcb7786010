using Microsoft.Extensions.Options;
using Microsoft.OpenApi;
using SessionService.Api.Identity;
using SessionService.Application.Feedback;
using SessionService.Application.Json;
using SessionService.Application.Messages;
using SessionService.Application.Messages.Parts;
using SessionService.Application.Sessions;
using SessionService.Hosting.Identity;
using SessionService.Hosting.Problems;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace SessionService.Api.OpenApi;

/// <summary>The OpenAPI document at <c>/swagger/v1/swagger.json</c> and the page for trying it at <c>/swagger</c>.</summary>
internal static class OpenApiServices
{
    public const string CallerScheme = "caller";
    public const string TokenScheme = "token";
    public const string KeyScheme = "key";

    public static IServiceCollection AddServiceOpenApi(this IServiceCollection services)
    {
        services.AddEndpointsApiExplorer();
        services.AddOptions<SwaggerGenOptions>().Configure<IOptions<IdentityOptions>>((options, identity) =>
        {
            if (identity.Value.Mode == IdentityMode.Jwt)
            {
                options.AddSecurityDefinition(TokenScheme, new OpenApiSecurityScheme
                {
                    Type = SecuritySchemeType.Http,
                    Scheme = "bearer",
                    BearerFormat = "JWT",
                    Description = "The token names the caller. With a service's token, which may act for any user, the request does so.",
                });
            }
            else if (identity.Value.Mode == IdentityMode.ApiKey)
            {
                options.AddSecurityDefinition(KeyScheme, new OpenApiSecurityScheme
                {
                    Type = SecuritySchemeType.Http,
                    Scheme = "bearer",
                    BearerFormat = "sk-…",
                    Description = "The key names the caller. With a service's key, which may act for any user, the request does so.",
                });
            }
        });
        return services.AddSwaggerGen(options =>
        {
            options.SwaggerDoc("v1", new OpenApiInfo
            {
                Title = "Session Service",
                Version = "1.0.0",
                Description =
                    """
                    Keeps the conversations of chat and agent products: sessions, their messages with token and cost accounting, and
                    the memory distilled from them.

                    **Caller.** Name the caller in the `X-User-Id` header (the *Authorize* button sets it once for every request) or in
                    the `user_id` query parameter. Another user's session does not exist for you. Where operations ask for a bearer
                    token (`token`), the token names the caller, and the header and the query parameter are ignored unless it is a
                    service's. Where they ask for a key (`key`), the key names the caller, and the header and the query parameter must
                    name the same user, or any user if the key is a service's.

                    **Errors** are problem documents (RFC 9457) with a stable `code`; `validation_failed` lists every reason at once in
                    `errors`.
                    """,
                License = new OpenApiLicense { Name = "Proprietary", Identifier = "LicenseRef-Proprietary" },
                Contact = new OpenApiContact { Name = "The maintainers of the Session Service" },
            });
            options.AddServer(new OpenApiServer { Url = "/", Description = "This service, or the gateway in front of it." });
            options.AddSecurityDefinition(CallerScheme, new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.ApiKey,
                In = ParameterLocation.Header,
                Name = CallerResolver.Header,
                Description = "The user in whose name the request is made.",
            });
            options.SupportNonNullableReferenceTypes();
            // A plain reference to a schema cannot have a description.
            options.UseAllOfToExtendReferenceSchemas();
            options.MapType<JsonText>(() => new OpenApiSchema { Type = JsonSchemaType.Object, AdditionalProperties = new AnySchema() });
            options.MapType<MessageContent>(() => new OpenApiSchema
            {
                OneOf =
                [
                    new OpenApiSchema { Title = "Text", Type = JsonSchemaType.String },
                    new OpenApiSchema
                    {
                        Title = "Parts",
                        Type = JsonSchemaType.Array,
                        MinItems = 1,
                        MaxItems = PartChecks.MaxParts,
                        Items = new OpenApiSchema { Type = JsonSchemaType.Object, AdditionalProperties = new AnySchema() },
                    },
                ],
            });
            options.MapType<FeedbackValue>(() => new OpenApiSchema
            {
                OneOf =
                [
                    new OpenApiSchema { Title = "Truth", Type = JsonSchemaType.Boolean },
                    new OpenApiSchema { Title = "Number", Type = JsonSchemaType.Number, Format = "decimal" },
                    new OpenApiSchema
                    {
                        Title = "Text",
                        Type = JsonSchemaType.String,
                        MinLength = 1,
                        MaxLength = WriteFeedbackRequest.MaxTextLength,
                    },
                ],
            });
            // Described by SharedParameters.
            options.MapType<MetadataCondition>(() => new OpenApiSchema());
            options.MapType<decimal>(() => new OpenApiSchema { Type = JsonSchemaType.Number, Format = "decimal" });
            options.SchemaFilter<ServiceSchemaFilter>();
            options.ParameterFilter<ServiceParameterFilter>();
            options.OperationFilter<ServiceOperationFilter>();
            options.DocumentFilter<ServiceDocumentFilter>();
            options.CustomOperationIds(action => action.ActionDescriptor.AttributeRouteInfo?.Name is { } name ? CamelCase(name) : null);
            foreach (var assembly in new[] { typeof(OpenApiServices).Assembly, typeof(Problem).Assembly, typeof(SessionResponse).Assembly })
            {
                options.IncludeXmlComments(assembly, includeControllerXmlComments: true);
            }
        });
    }

    public static WebApplication UseServiceOpenApi(this WebApplication app)
    {
        app.UseWhen(http => http.Request.Path.StartsWithSegments("/swagger", StringComparison.OrdinalIgnoreCase), pages =>
        {
            pages.UseSwagger(options => options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1);
            pages.UseSwaggerUI(options =>
            {
                options.DocumentTitle = "Session Service";
                options.SwaggerEndpoint("v1/swagger.json", "Session Service v1");
                // The browser may keep a user's name, but not a token or a key.
                if (!IdentityServices.TakesCredentials(app.Configuration))
                {
                    options.EnablePersistAuthorization();
                }

                options.EnableFilter();
                options.EnableTryItOutByDefault();
                options.DisplayRequestDuration();
            });
        });
        app.MapGet("/", () => Results.LocalRedirect("~/swagger/index.html")).ExcludeFromDescription();
        return app;
    }

    // Routes are named "create_session"; generators make methods of "createSession" in the manner of each language.
    private static string CamelCase(string name) =>
        string.Concat(name.Split('_').Select((word, at) => at == 0 ? word : char.ToUpperInvariant(word[0]) + word[1..]));
}
