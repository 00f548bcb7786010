using System.Text;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Gateway;

/// <summary>Sends paths as they are written, and headers as their UTF-8.</summary>
internal static class GatewayClient
{
    public static HttpClient Create(Uri gateway) => new(new SocketsHttpHandler
    {
        RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8,
        AllowAutoRedirect = false,
        ActivityHeadersPropagator = null,
    })
    {
        BaseAddress = gateway,
    };

    public static HttpRequestMessage Request(Uri gateway, HttpMethod method, string target, params (string Name, string Value)[] headers)
    {
        var exactly = new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true };
        var request = new HttpRequestMessage(method, new Uri(gateway.ToString().TrimEnd('/') + target, exactly));
        foreach (var (name, value) in headers)
        {
            Assert.True(request.Headers.TryAddWithoutValidation(name, value));
        }

        return request;
    }

    public static async Task<Answer> SendAsync(
        Uri gateway, HttpMethod method, string target, HttpContent? content = null, params (string Name, string Value)[] headers)
    {
        using var http = Create(gateway);
        using var request = Request(gateway, method, target, headers);
        request.Content = content;
        if (target.EndsWith("/events", StringComparison.Ordinal))
        {
            return await BeginAsync(http, request);
        }

        return await new ApiClient(http, userId: null).SendAsync(request);
    }

    /// <summary>The beginning of a stream, which has no end.</summary>
    private static async Task<Answer> BeginAsync(HttpClient http, HttpRequestMessage request)
    {
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        var contentType = response.Content.Headers.ContentType?.MediaType;
        return new Answer(
            (int)response.StatusCode,
            contentType == "text/event-stream" ? "" : await response.Content.ReadAsStringAsync(),
            contentType,
            response.Headers.Concat(response.Content.Headers)
                .ToDictionary(header => header.Key, header => string.Join(',', header.Value), StringComparer.OrdinalIgnoreCase));
    }

    public static Task<Answer> GetAsync(Uri gateway, string target, params (string Name, string Value)[] headers) =>
        SendAsync(gateway, HttpMethod.Get, target, content: null, headers);
}
