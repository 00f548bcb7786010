namespace SessionService.Api.Hosting;

/// <summary>Adds the headers for browsers and caches to every answer.</summary>
internal static class SecurityHeaders
{
    // For answers of the API: nothing in them may run, load or be framed.
    private const string OfData = "default-src 'none'; frame-ancestors 'none'";

    // For the Swagger page: it loads its own files, has inline styles, and calls only this service.
    private const string OfPage =
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    public static WebApplication UseSecurityHeaders(this WebApplication app)
    {
        // The headers are added last, because the exception handler clears those that were set before.
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
        if (headers.ContentSecurityPolicy.Count == 0)
        {
            headers.ContentSecurityPolicy = isPage ? OfPage : OfData;
        }

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
