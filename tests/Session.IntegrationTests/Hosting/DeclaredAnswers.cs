using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace SessionService.IntegrationTests.Hosting;

/// <summary>
/// Holds every answer that a test gets against the OpenAPI document, where its status and content type must be declared, and looks for
/// the headers that no answer may lack.
/// </summary>
public sealed class DeclaredAnswers(Func<Task<JsonElement>> document, HttpMessageHandler inner, bool isBehindNginx = false) : DelegatingHandler(inner)
{
    private const string Uuid = "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}";

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken);
        AssertIsGuarded(response, request.RequestUri!.AbsolutePath);
        var (template, path) = (await document()).GetProperty("paths").EnumerateObject()
            .Where(candidate => Matches(candidate.Name, request.RequestUri!.AbsolutePath))
            .Select(candidate => (candidate.Name, candidate.Value))
            .FirstOrDefault();
        if (template is null || !path.TryGetProperty(request.Method.Method.ToLowerInvariant(), out var operation))
        {
            Assert.Contains((int)response.StatusCode, new[] { 200, 204, 401, 404, 405, 429 });
            return response;
        }

        var status = ((int)response.StatusCode).ToString();
        Assert.True(
            operation.GetProperty("responses").TryGetProperty(status, out var declared),
            $"{request.Method} {template} answered {status}, which its OpenAPI operation does not declare.");
        var contentType = response.Content.Headers.ContentType?.MediaType;
        if (response.StatusCode is HttpStatusCode.NotModified or HttpStatusCode.NoContent)
        {
            Assert.Null(contentType);
            return response;
        }

        Assert.True(
            contentType is not null && declared.GetProperty("content") is var types
                && (types.TryGetProperty(contentType, out _) || types.TryGetProperty("*/*", out _)),
            $"{request.Method} {template} answered {status} as {contentType}, which its OpenAPI operation does not declare.");
        return response;
    }

    private void AssertIsGuarded(HttpResponseMessage response, string path)
    {
        Assert.Equal(["nosniff"], response.Headers.GetValues("X-Content-Type-Options"));
        Assert.Equal(["no-referrer"], response.Headers.GetValues("Referrer-Policy"));
        Assert.Contains("frame-ancestors 'none'", Assert.Single(response.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
        // nginx cannot be told not to name itself.
        Assert.Equal(isBehindNginx, response.Headers.Contains("Server"));
        Assert.True(path.StartsWith("/swagger", StringComparison.Ordinal) || response.Headers.CacheControl is { NoStore: true });
    }

    private static bool Matches(string template, string path) =>
        Regex.IsMatch(
            path,
            "^" + template
                .Replace("{session_id}", "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", StringComparison.Ordinal)
                .Replace("{sequence}", "-?[0-9]+", StringComparison.Ordinal)
                .Replace("{branch_id}", "[0-9]+", StringComparison.Ordinal)
                .Replace("{session_id}", Uuid, StringComparison.Ordinal)
                .Replace("{memory_id}", Uuid, StringComparison.Ordinal)
                .Replace("{attachment_id}", Uuid, StringComparison.Ordinal)
                .Replace("{conversation_id}", "[^/]+", StringComparison.Ordinal)
                .Replace("{item_id}", "[^/]+", StringComparison.Ordinal)
                .Replace("{name}", "[^/]+", StringComparison.Ordinal)
                .Replace("{key_id}", Uuid, StringComparison.Ordinal)
                .Replace("{webhook_id}", Uuid, StringComparison.Ordinal)
                .Replace("{delivery_id}", Uuid, StringComparison.Ordinal)
                .Replace("{user_id}", "[^/]+", StringComparison.Ordinal) + "$",
            RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
            TimeSpan.FromMinutes(1));
}
