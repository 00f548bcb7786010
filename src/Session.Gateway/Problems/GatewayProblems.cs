using System.Text.Json;
using SessionService.Gateway.Proxy;
using SessionService.Hosting.Problems;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Model;

namespace SessionService.Gateway.Problems;

/// <summary>
/// Answers the gateway's own errors with the same problem documents as the service. Errors of the services behind pass unchanged.
/// </summary>
internal static class GatewayProblems
{
    private const int RetryAfterSeconds = 2;
    private const string InvalidToken = "invalid_token";

    public static IServiceCollection AddProblems(this IServiceCollection services) =>
        services.ConfigureHttpJsonOptions(json => json.SerializerOptions.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower);

    public static WebApplication UseProblems(this WebApplication app)
    {
        app.UseExceptionHandler(new ExceptionHandlerOptions
        {
            ExceptionHandler = http => ProblemFactory.WriteAsync(
                http,
                ProblemFactory.Create(
                    http, StatusCodes.Status500InternalServerError, ProblemCodes.InternalError, "Something went wrong in the gateway."),
                http.RequestAborted),
        });
        app.UseStatusCodePages(context => AnswerAsync(context.HttpContext));
        return app;
    }

    private static Task AnswerAsync(HttpContext http)
    {
        var failure = http.Features.Get<IForwarderErrorFeature>();
        if (failure is null && http.Features.Get<IReverseProxyFeature>() is { ProxiedDestination: not null })
        {
            // The service itself answered without a body.
            return Task.CompletedTask;
        }

        var (status, code, detail) = Describe(
            http.Response.StatusCode,
            failure,
            http.Response.Headers.WWWAuthenticate.ToString().Contains(InvalidToken, StringComparison.Ordinal));
        if (status is StatusCodes.Status502BadGateway or StatusCodes.Status503ServiceUnavailable)
        {
            http.Response.Headers.RetryAfter = RetryAfterSeconds.ToString();
        }

        var problem = code is null ? ProblemFactory.FromStatus(http) : ProblemFactory.Create(http, status, code, detail);
        return ProblemFactory.WriteAsync(http, problem, http.RequestAborted);
    }

    private static (int Status, string? Code, string Detail) Describe(int status, IForwarderErrorFeature? failure, bool isTokenInvalid) =>
        status switch
        {
            _ when failure?.IsNeverSent() == true => (
                StatusCodes.Status503ServiceUnavailable,
                "service_unavailable",
                "The service cannot be reached at the moment. It has seen nothing of the request."),
            StatusCodes.Status502BadGateway => (
                status, "bad_gateway", "The service broke the connection off. Whether it carried the request out is not known."),
            StatusCodes.Status504GatewayTimeout => (
                status, "gateway_timeout", "The service did not answer in time. Whether it carried the request out is not known."),
            StatusCodes.Status408RequestTimeout => (status, ProblemCodes.RequestTimeout, "The body came too slowly."),
            StatusCodes.Status401Unauthorized when isTokenInvalid => (status, InvalidToken, "The token is not accepted."),
            StatusCodes.Status401Unauthorized => (status, "authentication_required", "The request needs a bearer token."),
            StatusCodes.Status503ServiceUnavailable =>
                (status, "issuer_unavailable", "The issuer of the token cannot be reached at the moment."),
            _ => (status, null, ""),
        };
}
