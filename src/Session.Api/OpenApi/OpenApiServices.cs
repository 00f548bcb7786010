using System.Text.Json;
using Microsoft.OpenApi;
using SessionService.Api.Identity;
using SessionService.Application.Json;
using SessionService.Application.Sessions;

namespace SessionService.Api.OpenApi;

/// <summary>The OpenAPI document at <c>/swagger/v1/swagger.json</c> and the page for trying it at <c>/swagger</c>.</summary>
internal static class OpenApiServices
{
    public const string CallerScheme = "caller";

    public static IServiceCollection AddServiceOpenApi(this IServiceCollection services)
    {
        services.AddEndpointsApiExplorer();
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
                    the `user_id` query parameter. Another user's session does not exist for you.

                    **Errors** are problem documents (RFC 9457) with a stable `code`; `validation_failed` lists every reason at once in
                    `errors`.
                    """,
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
            options.MapType<JsonText>(() => new OpenApiSchema { Type = JsonSchemaType.Object });
            options.MapType<decimal>(() => new OpenApiSchema { Type = JsonSchemaType.Number, Format = "decimal" });
            options.SchemaFilter<ServiceSchemaFilter>();
            options.OperationFilter<ServiceOperationFilter>();
            options.CustomSchemaIds(type => JsonNamingPolicy.SnakeCaseLower.ConvertName(type.Name));
            foreach (var assembly in new[] { typeof(OpenApiServices).Assembly, typeof(SessionResponse).Assembly })
            {
                options.IncludeXmlComments(assembly, includeControllerXmlComments: true);
            }
        });
    }

    public static WebApplication UseServiceOpenApi(this WebApplication app)
    {
        app.UseSwagger();
        app.UseSwaggerUI(options =>
        {
            options.DocumentTitle = "Session Service";
            options.SwaggerEndpoint("v1/swagger.json", "Session Service v1");
            options.EnablePersistAuthorization();
            options.EnableTryItOutByDefault();
            options.DisplayRequestDuration();
        });
        return app;
    }
}
