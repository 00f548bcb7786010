namespace SessionService.Api.Hosting;

/// <summary>Answers HEAD wherever GET is answered, with the same headers (RFC 9110, 9.3.2).</summary>
internal static class HeadRequests
{
    private static readonly HeadRequest Head = new();

    /// <summary>Whether the client wants no body, so that an answer need not read one.</summary>
    public static bool IsHead(this HttpContext http) => http.Features.Get<HeadRequest>() is not null;

    /// <summary>
    /// Call this before routing. The request is handled as a GET. The server knows the method that was sent, and sends no body.
    /// </summary>
    public static WebApplication UseHeadAsGet(this WebApplication app)
    {
        app.Use(async (http, next) =>
        {
            if (!HttpMethods.IsHead(http.Request.Method))
            {
                await next(http);
                return;
            }

            http.Features.Set(Head);
            http.Request.Method = HttpMethods.Get;
            try
            {
                await next(http);
            }
            finally
            {
                http.Request.Method = HttpMethods.Head;
            }
        });
        return app;
    }

    private sealed class HeadRequest;
}
