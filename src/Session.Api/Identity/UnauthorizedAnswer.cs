using SessionService.Hosting.Problems;

namespace SessionService.Api.Identity;

/// <summary>Answers every request whose caller is not known.</summary>
internal static class UnauthorizedAnswer
{
    /// <summary>What the service asks for where it takes tokens or keys.</summary>
    public const string Challenge = "Bearer realm=\"session-service\"";

    /// <param name="challenge">The header <c>WWW-Authenticate</c>.</param>
    public static Task WriteAsync(HttpContext http, string code, string detail, string challenge)
    {
        http.Response.Headers.WWWAuthenticate = challenge;
        return ProblemFactory.WriteAsync(
            http, ProblemFactory.Create(http, StatusCodes.Status401Unauthorized, code, detail), http.RequestAborted);
    }
}
