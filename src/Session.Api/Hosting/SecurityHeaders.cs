namespace SessionService.Api.Hosting;

/// <summary>What every answer tells browsers and caches, whoever makes it.</summary>
internal static class SecurityHeaders
{
    // An answer is data: nothing in it may run, load or be framed.
    private const string OfData = "default-src 'none'; frame-ancestors 'none'";

    // The page for trying the API loads its own files, holds styles of its own and asks this service alone.
    private const string OfPage =
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    public static WebApplication UseSecurityHeaders(this WebApplication app)
    {
        // As late as can be: an error clears the headers that were there before it.
        app.Use((http, next) =>
        {
            http.Response.OnStarting(static state => AddAsync((HttpContext)state), http);
            return next(http);
        });
        return app;
    }

    private static Task AddAsync(HttpContext http)
    {
        var headers = http.Response.Headers;
        var isPage = http.Request.Path.StartsWithSegments("/swagger", StringComparison.OrdinalIgnoreCase);
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers.ContentSecurityPolicy = isPage ? OfPage : OfData;
        if (!isPage)
        {
            headers.CacheControl = "no-store";
        }

        if (http.Request.IsHttps)
        {
            headers.StrictTransportSecurity = "max-age=31536000";
        }

        return Task.CompletedTask;
    }
}
