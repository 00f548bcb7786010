using System.Text.Json;
using Microsoft.AspNetCore.Mvc.Controllers;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using SessionService.IntegrationTests.Hosting;
using SessionService.IntegrationTests.OpenApi;

namespace SessionService.IntegrationTests.Validation;

public sealed class UnknownParametersTests(ApiFixture service) : IClassFixture<ApiFixture>
{
    private const string Refusal = "is not a parameter of this route";

    [Fact]
    public async Task Every_route_of_the_API_refuses_a_parameter_that_it_does_not_have_and_names_those_that_it_has()
    {
        var user = service.AsNewUser();
        var operations = await OperationsAsync();

        Assert.True(operations.Count > 30);
        foreach (var (method, path, _) in operations)
        {
            var errors = (await SendAsync(user, method, path, "?rolle=tool")).IsInvalid();

            var reason = Assert.Single(errors["rolle"]);
            Assert.StartsWith(Refusal, reason, StringComparison.Ordinal);
            Assert.Contains("user_id", reason, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Every_route_knows_the_parameters_that_the_OpenAPI_document_gives_it()
    {
        var user = service.AsNewUser();
        foreach (var (method, path, operation) in await OperationsAsync())
        {
            foreach (var name in QueryNames(operation))
            {
                var answer = await SendAsync(user, method, path, $"?rolle=tool&{name}=x");

                var refused = answer.IsInvalid().Where(error => error.Value.Any(reason => reason.StartsWith(Refusal, StringComparison.Ordinal)));
                Assert.Equal(["rolle"], refused.Select(error => error.Key));
                Assert.Contains(
                    name.StartsWith("metadata.", StringComparison.Ordinal) ? "metadata.<path>" : name, answer.IsInvalid()["rolle"][0], StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void Every_endpoint_of_the_API_is_an_action_that_the_check_covers()
    {
        var endpoints = service.Services.GetServices<EndpointDataSource>().SelectMany(source => source.Endpoints).OfType<RouteEndpoint>().ToList();
        var ofApi = endpoints.Where(endpoint => endpoint.RoutePattern.RawText!.TrimStart('/').StartsWith("api/", StringComparison.Ordinal)).ToList();

        Assert.NotEmpty(ofApi);
        Assert.All(ofApi, endpoint => Assert.NotNull(endpoint.Metadata.GetMetadata<ControllerActionDescriptor>()));
    }

    [Theory]
    [InlineData("/messages?rolle=tool", "rolle", "after, attachments, before, branch, consistency, include, limit, message_type, metadata.<path>, order, page, page_size, role, user_id")]
    [InlineData("/messages?metadat.traceId=2", "metadat.traceId", "metadata.<path>")]
    [InlineData("/context?max_token=5", "max_token", "max_tokens")]
    [InlineData("/export?formatt=json", "formatt", "format")]
    public async Task A_misspelt_parameter_of_a_session_is_refused(string path, string name, string known)
    {
        var user = service.AsNewUser();

        var errors = (await user.GetAsync(await user.StartSessionAsync() + path)).IsInvalid();

        Assert.Equal([name], errors.Keys);
        Assert.Contains(known, errors[name][0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("?stauts=ended", "stauts", "metadata.<path>")]
    [InlineData("?metadata=1", "metadata", "metadata.<path>")]
    [InlineData("/search?q=a&metadat.x=1", "metadat.x", "metadata.<path>")]
    [InlineData("/usage?buket=day", "buket", "bucket")]
    [InlineData("/stats?page=1", "page", "user_id")]
    public async Task A_misspelt_parameter_of_all_sessions_is_refused(string path, string name, string known)
    {
        var errors = (await service.AsNewUser().GetAsync($"/api/v1/sessions{path}")).IsInvalid();

        Assert.Equal([name], errors.Keys);
        Assert.Contains(known, errors[name][0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_that_is_wrong_is_reported_at_once()
    {
        var user = service.AsNewUser();

        (await user.PostAsync($"{await user.StartSessionAsync()}/messages?rolle=tool&x=", """{"role":"nobody"}""")).IsInvalid("rolle", "x", "role", "content");
    }

    [Theory]
    [InlineData("?PAGE=1&Page_Size=2&Active_Only=true&METADATA.a=1")]
    [InlineData("?user_id=")]
    [InlineData("?&&")]
    [InlineData("?status=active&status=ended")]
    [InlineData("?metadata.a=1&metadata.a=2")]
    public async Task What_binding_takes_is_known(string query) =>
        (await service.AsNewUser().GetAsync($"/api/v1/sessions{query}")).Is(200);

    [Theory]
    [InlineData("?page=1&page=2", "page")]
    [InlineData("?page=1&PAGE=1", "page")]
    [InlineData("?q=a&sort=created_at&q=b&sort=total_cost", "q", "sort")]
    [InlineData("?active_only=true&active_only=false", "active_only")]
    public async Task A_parameter_with_one_value_is_refused_when_it_is_there_twice(string query, params string[] names) =>
        (await service.AsNewUser().GetAsync($"/api/v1/sessions{query}")).IsInvalid(names);

    [Fact]
    public async Task A_name_that_is_too_long_or_no_text_is_not_repeated_and_many_names_are_counted()
    {
        var user = service.AsNewUser();

        var strange = (await user.GetAsync($"/api/v1/sessions?=1&a%0Ab=1&{new string('x', 5_000)}=1")).IsInvalid();
        var many = (await user.GetAsync("/api/v1/sessions?" + string.Join('&', Enumerable.Range(1, 500).Select(n => $"n{n}=1")))).IsInvalid();

        Assert.Equal(["query"], strange.Keys);
        Assert.Equal(11, many.Count);
        Assert.Contains("490 more", Assert.Single(many["query"]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/health")]
    [InlineData("/health/live")]
    [InlineData("/health/ready")]
    [InlineData("/health/detailed")]
    [InlineData("/api/v1/sessions/health")]
    [InlineData("/metrics")]
    [InlineData("/swagger/index.html")]
    [InlineData("/swagger/v1/swagger.json")]
    public async Task Health_metrics_and_Swagger_take_any_parameter(string path)
    {
        using var http = new HttpClient { BaseAddress = service.Address };

        using var answer = await http.GetAsync($"{path}?v=1&_=2");

        Assert.Equal(200, (int)answer.StatusCode);
    }

    private static IEnumerable<string> QueryNames(JsonElement operation) =>
        operation.TryGetProperty("parameters", out var parameters)
            ? parameters.EnumerateArray()
                .Where(parameter => parameter.Text("in") == "query")
                // An object whose keys are the names that a client sends.
                .Select(parameter => parameter.GetProperty("schema").IsOfType("object") ? $"{parameter.Text("name")}.key" : parameter.Text("name"))
            : [];

    private static Task<Answer> SendAsync(ApiClient user, string method, string path, string query) =>
        user.SendAsync(
            new HttpMethod(method),
            path
                .Replace("{user_id}", user.UserId, StringComparison.Ordinal)
                .Replace("{sequence}", "1", StringComparison.Ordinal)
                .Replace("{branch_id}", "1", StringComparison.Ordinal)
                .Replace("{webhook_id}", "01997b2e-6a3c-7d5e-8f10-92a4b6c8d0e2", StringComparison.Ordinal)
                .Replace("{delivery_id}", "01997b2f-1c4d-7a6b-9e21-5d7f80a1b3c4", StringComparison.Ordinal)
                .Replace("{name}", "rating", StringComparison.Ordinal)
                .Replace("{session_id}", $"{Guid.NewGuid()}", StringComparison.Ordinal)
                .Replace("{attachment_id}", $"{Guid.NewGuid()}", StringComparison.Ordinal)
                .Replace("{memory_id}", $"{Guid.NewGuid()}", StringComparison.Ordinal) + query,
            method is "POST" or "PUT" or "PATCH" ? "{}" : null);

    /// <summary>All operations but those of health, and those that have errors of another form (see ConversationsTests).</summary>
    private async Task<IReadOnlyList<(string Method, string Path, JsonElement Operation)>> OperationsAsync() =>
        [
            .. from path in (await service.DocumentAsync()).GetProperty("paths").EnumerateObject()
               where !path.Name.Contains("/health", StringComparison.Ordinal) && !path.Name.StartsWith("/v1/", StringComparison.Ordinal)
               from operation in path.Value.EnumerateObject()
               select (operation.Name.ToUpperInvariant(), path.Name, operation.Value)];
}
