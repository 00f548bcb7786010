using System.Net;
using System.Text.Json;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.OpenApi;

// That every answer met in the other tests is declared, those tests check themselves (see DeclaredAnswers).
public sealed class OpenApiDocumentTests(ApiFixture service) : IClassFixture<ApiFixture>
{
    [Fact]
    public async Task The_document_and_its_page_are_served()
    {
        using var http = new HttpClient { BaseAddress = service.Address };

        using var document = await http.GetAsync("/swagger/v1/swagger.json");
        using var page = await http.GetAsync("/swagger/index.html");

        Assert.Equal("application/json", document.Content.Headers.ContentType?.MediaType);
        Assert.StartsWith("3.", (await service.DocumentAsync()).Text("openapi"), StringComparison.Ordinal);
        Assert.Equal("text/html", page.Content.Headers.ContentType?.MediaType);
        Assert.True(page.IsSuccessStatusCode);
    }

    [Fact]
    public async Task The_root_leads_to_the_page_which_can_be_filtered()
    {
        using var sockets = new SocketsHttpHandler { AllowAutoRedirect = false };
        using var http = new HttpClient(sockets) { BaseAddress = service.Address };

        using var root = await http.GetAsync("/");
        using var page = await http.GetAsync(root.Headers.Location);

        Assert.Equal(HttpStatusCode.Redirect, root.StatusCode);
        Assert.Equal("text/html", page.Content.Headers.ContentType?.MediaType);
        Assert.Contains("\"filter\":\"\"", await http.GetStringAsync("/swagger/index.js"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_operation_of_the_contract_is_in_it()
    {
        var operations = (await OperationsAsync()).Select(operation => operation.Name);

        Assert.Superset(
            new HashSet<string>(StringComparer.Ordinal)
            {
                "POST /api/v1/sessions",
                "GET /api/v1/sessions",
                "GET /api/v1/sessions/{session_id}",
                "PUT /api/v1/sessions/{session_id}",
                "PATCH /api/v1/sessions/{session_id}",
                "POST /api/v1/sessions/{session_id}/star",
                "DELETE /api/v1/sessions/{session_id}/star",
                "GET /api/v1/sessions/{session_id}/context",
                "GET /api/v1/sessions/usage",
                "GET /api/v1/users/{user_id}/usage",
                "DELETE /api/v1/sessions/{session_id}",
                "GET /api/v1/sessions/{session_id}/summary",
                "GET /api/v1/users/{user_id}/sessions",
                "GET /api/v1/sessions/stats",
                "POST /api/v1/sessions/{session_id}/messages",
                "GET /api/v1/sessions/{session_id}/messages",
                "POST /api/v1/sessions/{session_id}/memory",
                "GET /api/v1/sessions/{session_id}/memory",
                "GET /health",
                "GET /api/v1/sessions/health",
                "GET /api/v1/sessions/health/detailed",
                "GET /health/live",
                "GET /health/ready",
                "GET /health/detailed",
            },
            operations.ToHashSet(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Every_operation_says_what_it_does_and_what_it_answers()
    {
        var operations = await OperationsAsync();

        Assert.All(operations, operation =>
        {
            var (name, json) = operation;
            Assert.False(string.IsNullOrWhiteSpace(json.Text("summary")), name);
            Assert.Matches("^[a-z]+([A-Z][a-z]+)*$", json.Text("operationId"));
            Assert.NotEmpty(json.Items("tags"));
            var responses = json.GetProperty("responses").EnumerateObject().ToList();
            Assert.All(responses, response => Assert.False(string.IsNullOrWhiteSpace(response.Value.Text("description")), name));
            Assert.All(responses.Where(response => response.Name is not ("204" or "304")), response => Assert.All(
                response.Value.GetProperty("content").EnumerateObject(), content => Assert.True(content.Value.TryGetProperty("schema", out _), name)));
            var success = responses.Where(response => response.Name.StartsWith('2')).ToList();
            Assert.NotEmpty(success);
            Assert.All(success.Where(_ => !IsStreamed(json.Text("operationId"))), response => Assert.Equal(
                "application/json", Assert.Single(response.Value.GetProperty("content").EnumerateObject()).Name));
        });
        Assert.Distinct(operations.Select(operation => operation.Operation.Text("operationId")), StringComparer.Ordinal);
    }

    private static bool IsStreamed(string operation) => operation.StartsWith("export", StringComparison.Ordinal) || operation is "getAttachment" or "followSession" or "followUser" or "streamAnswer";

    [Fact]
    public async Task Every_parameter_is_described_and_every_body_required()
    {
        foreach (var (name, operation) in await OperationsAsync())
        {
            if (operation.TryGetProperty("parameters", out var parameters))
            {
                Assert.All(parameters.EnumerateArray(), parameter =>
                    Assert.False(string.IsNullOrWhiteSpace(parameter.Text("description")), $"{name} {parameter.Text("name")}"));
                Assert.Distinct(parameters.EnumerateArray().Select(parameter => $"{parameter.Text("in")} {parameter.Text("name")}"), StringComparer.Ordinal);
            }

            if (operation.TryGetProperty("requestBody", out var body))
            {
                Assert.True(body.GetProperty("required").GetBoolean(), name);
            }
        }
    }

    [Fact]
    public async Task Schemas_name_their_fields_as_the_JSON_does_and_describe_them()
    {
        var schemas = (await service.DocumentAsync()).GetProperty("components").GetProperty("schemas");

        foreach (var schema in schemas.EnumerateObject().Where(schema => schema.Value.TryGetProperty("properties", out _)))
        {
            Assert.All(schema.Value.GetProperty("properties").EnumerateObject(), property =>
            {
                Assert.Matches("^[a-z]+[0-9]*(_[a-z]+)*$", property.Name);
                Assert.True(property.Value.TryGetProperty("description", out _), $"{schema.Name}.{property.Name}");
            });
        }
    }

    private async Task<IReadOnlyList<(string Name, JsonElement Operation)>> OperationsAsync() =>
        [.. (await service.DocumentAsync()).GetProperty("paths").EnumerateObject().SelectMany(path => path.Value.EnumerateObject()
            .Where(operation => operation.Name is "get" or "post" or "put" or "delete" or "patch")
            .Select(operation => ($"{operation.Name.ToUpperInvariant()} {path.Name}", operation.Value)))];
}
