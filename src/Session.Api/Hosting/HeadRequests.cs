namespace SessionService.Api.Hosting;

/// <summary>Answers HEAD wherever GET is answered, with the same headers (RFC 9110, 9.3.2).</summary>
internal static class HeadRequests
{
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
}
