using System.Net.Http.Headers;
using System.Text.Json;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Gateway;

/// <summary>The routes of the OpenAPI document on both ports: gateways route users' paths one by one, and a new one is easily forgotten.</summary>
public sealed class EveryRouteTests(ServedFixture service) : IClassFixture<ServedFixture>
{
    // Each host answers for itself.
    private static readonly string[] OfEachHost = ["/health", "/health/live", "/health/ready"];

    public static TheoryData<string> All => new(GatewaysFixture.Names);

    [Theory]
    [MemberData(nameof(All))]
    public async Task Every_route_answers_through_the_gateway_as_without_it(string gateway)
    {
        var routes = await RoutesAsync();
        var differences = new List<string>();
        foreach (var (method, path) in routes)
        {
            // The second time: an upload finds its bytes there already, as it does through the gateway.
            await AskAsync(service.Address, method, path);
            var direct = await AskAsync(service.Address, method, path);
            var through = await AskAsync(service.AddressOf(gateway), method, path);
            if (direct != through)
            {
                differences.Add($"{method} {path}: {direct}, through the gateway {through}");
            }

            Assert.False(direct is { Says: "route_not_found" or "method_not_allowed" }, $"{method} {path}: {direct}");
        }

        Assert.True(routes.Count > 30);
        Assert.True(differences.Count == 0, string.Join('\n', differences));
    }

    private async Task<IReadOnlyList<(HttpMethod Method, string Path)>> RoutesAsync() =>
    [
        .. (await service.DocumentAsync()).GetProperty("paths").EnumerateObject()
            .Where(path => !OfEachHost.Contains(path.Name, StringComparer.Ordinal))
            .SelectMany(path => path.Value.EnumerateObject()
                .Where(member => member.Name is "get" or "post" or "put" or "delete" or "patch")
                .Select(operation => (HttpMethod.Parse(operation.Name), path.Name
                    .Replace("{session_id}", "a87a9d6e-4137-4d41-8ab8-a13c4abcc83e", StringComparison.Ordinal)
                    .Replace("{memory_id}", "0d1f95c6-a8fa-462d-8f6e-b1f0da7524a0", StringComparison.Ordinal)
                    .Replace("{attachment_id}", "5d8a1a6c-6f0b-8c1e-9a34-0c7f2b1d4e58", StringComparison.Ordinal)
                    .Replace("{sequence}", "1", StringComparison.Ordinal)
                    .Replace("{conversation_id}", "conv_a87a9d6e41374d418ab8a13c4abcc83e", StringComparison.Ordinal)
                    .Replace("{item_id}", "msg_1", StringComparison.Ordinal)
                    .Replace("{branch_id}", "1", StringComparison.Ordinal)
                    .Replace("{webhook_id}", "01997b2e-6a3c-7d5e-8f10-92a4b6c8d0e2", StringComparison.Ordinal)
                    .Replace("{delivery_id}", "01997b2f-1c4d-7a6b-9e21-5d7f80a1b3c4", StringComparison.Ordinal)
                    .Replace("{name}", "rating", StringComparison.Ordinal)
                    .Replace("{user_id}", "every-route", StringComparison.Ordinal)))),
    ];

    /// <summary>The answer, as far as it is the same whenever it is asked for.</summary>
    private static async Task<(int Status, string? ContentType, string Says)> AskAsync(Uri host, HttpMethod method, string path)
    {
        var content = method == HttpMethod.Get ? null : new StringContent("{}", MediaTypeHeaderValue.Parse("application/json"));
        var answer = await GatewayClient.SendAsync(host, method, path, content, ("X-User-Id", "every-route"));
        return (answer.Status, answer.ContentType, Summarize(answer));
    }

    private static string Summarize(Answer answer)
    {
        if (answer.ContentType is not ("application/json" or "application/problem+json"))
        {
            return "";
        }

        using var json = JsonDocument.Parse(answer.Text);
        var problem = json.RootElement.TryGetProperty("error", out var error) ? error : json.RootElement;
        return problem.TryGetProperty("code", out var code)
            ? code.GetString()!
            : string.Join(", ", json.RootElement.EnumerateObject().Select(member => member.Name));
    }
}
