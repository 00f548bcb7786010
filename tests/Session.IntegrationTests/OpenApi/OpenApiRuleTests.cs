using System.Text.Json;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.OpenApi;

/// <summary>What generators of clients need of every operation and schema, so of those that are still to come too.</summary>
public sealed class OpenApiRuleTests(ApiFixture service) : IClassFixture<ApiFixture>
{
    // Sent beside a position or a cursor, which exclude them, these would be refused: nothing may fill them in.
    private static readonly string[] OnlyOfSomeRequests = ["listSessions page", "listStarredSessions page", "listUserSessions page", "listUserMemories page",
        "listMessages page", "listMessages page_size", "listMessages limit"];

    [Fact]
    public async Task The_document_is_written_in_OpenAPI_3_1() =>
        Assert.StartsWith("3.1.", (await service.DocumentAsync()).Text("openapi"), StringComparison.Ordinal);

    [Fact]
    public async Task Operations_have_names_like_createSession_and_schemas_like_SessionResponse()
    {
        var document = await service.DocumentAsync();

        Assert.All(document.Operations(), operation => Assert.Matches("^[a-z]+([A-Z][a-z]+)*$", operation.Json.Text("operationId")));
        Assert.All(document.Schemas().EnumerateObject(), schema => Assert.Matches("^([A-Z][a-z]+)+$", schema.Name));
    }

    [Fact]
    public async Task Every_enumeration_is_a_schema_of_its_own()
    {
        var document = await service.DocumentAsync();

        var enumerations = document.Everything()
            .Where(found => found.At.EndsWith("/enum", StringComparison.Ordinal) && found.Json.ValueKind == JsonValueKind.Array)
            .ToList();

        Assert.All(enumerations, found => Assert.Matches("^/components/schemas/[A-Za-z]+/enum$", found.At));
        Assert.Distinct(enumerations.Select(found => found.Json.GetRawText()), StringComparer.Ordinal);
        Assert.Superset(
            new HashSet<string>(StringComparer.Ordinal) { "MessageRole", "SessionStatus", "SortOrder", "Consistency", "MemorySource", "ExportFormat" },
            enumerations.Select(found => found.At.Split('/')[3]).ToHashSet(StringComparer.Ordinal));
    }

    [Fact]
    public async Task An_object_says_what_it_holds_and_free_JSON_that_it_holds_anything()
    {
        var document = await service.DocumentAsync();

        var objects = document.Everything().Where(found => found.Json.IsOfType("object")).ToList();

        Assert.All(objects, found => Assert.True(
            found.Json.TryGetProperty("properties", out _) || found.Json.TryGetProperty("additionalProperties", out _), found.At));
        Assert.All(
            // A conversation of OpenAI's API shows the strings alone.
            objects.Where(found => found.At.Split('/')[^1] is "metadata" or "conversation_data" or "user_preferences"
                && !found.At.Contains("ConversationResponse", StringComparison.Ordinal)),
            found => Assert.Equal(JsonValueKind.True, found.Json.GetProperty("additionalProperties").ValueKind));
    }

    [Fact]
    public async Task The_user_is_not_in_the_path_and_in_the_query_of_one_operation() =>
        Assert.All((await service.DocumentAsync()).Operations(), operation =>
            Assert.Distinct(operation.Parameters.Select(parameter => parameter.Text("name")), StringComparer.OrdinalIgnoreCase));

    [Fact]
    public async Task Every_operation_but_health_tells_what_limits_and_gateways_answer() =>
        Assert.All((await service.DocumentAsync()).Operations().Where(operation => !operation.IsHealth), operation =>
            Assert.Superset(
                new HashSet<string>(StringComparer.Ordinal) { "401", "429", "503", "504" },
                operation.Responses.Select(response => response.Name).ToHashSet(StringComparer.Ordinal)));

    [Fact]
    public async Task The_detail_of_a_problem_is_the_message_of_an_exception() =>
        Assert.True((await service.DocumentAsync()).Schemas().GetProperty("Problem").GetProperty("properties").GetProperty("detail")
            .GetProperty("x-ms-primary-error-message").GetBoolean());

    [Fact]
    public async Task A_parameter_whose_description_names_a_default_has_it_in_its_schema()
    {
        var parameters = (await service.DocumentAsync()).Operations()
            .SelectMany(operation => operation.Parameters.Select(json => (Name: $"{operation.Json.Text("operationId")} {json.Text("name")}", Json: json)))
            .ToList();

        Assert.All(parameters.Where(parameter => SaysDefault(parameter.Json)), parameter => Assert.Equal(
            !OnlyOfSomeRequests.Contains(parameter.Name, StringComparer.Ordinal),
            parameter.Json.GetProperty("schema").TryGetProperty("default", out _)));
        Assert.True(parameters.Count(parameter => parameter.Json.GetProperty("schema").TryGetProperty("default", out _)) > 10);
    }

    [Fact]
    public async Task Defaults_that_a_client_fills_in_are_taken_beside_a_position_or_a_cursor_too()
    {
        var document = await service.DocumentAsync();
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        await user.StartSessionAsync();

        var cursor = (await user.GetAsync("/api/v1/sessions?page_size=1")).Is(200).Text("next_cursor");

        (await user.GetAsync($"/api/v1/sessions?cursor={cursor}&{Defaults("listSessions")}")).Is(200);
        (await user.GetAsync($"{session}/messages?after=0&{Defaults("listMessages")}")).Is(200);
        (await user.GetAsync($"{session}/context?{Defaults("getContext")}")).Is(200);
        (await user.GetAsync($"/api/v1/users/{user.UserId}/memories?{Defaults("listUserMemories")}")).Is(200);
        (await user.GetAsync($"/api/v1/users/{user.UserId}/usage?{Defaults("getUserUsage")}")).Is(200);

        string Defaults(string id) => string.Join('&', document.Operations()
            .Single(operation => operation.Json.Text("operationId") == id).Parameters
            .Where(parameter => parameter.GetProperty("schema").TryGetProperty("default", out _))
            .Select(parameter => $"{parameter.Text("name")}={parameter.GetProperty("schema").GetProperty("default")}"));
    }

    [Fact]
    public async Task Fields_of_a_body_have_no_default_because_generated_types_would_ask_for_them()
    {
        var document = await service.DocumentAsync();

        Assert.All(
            document.Schemas().EnumerateObject().Where(schema => schema.Value.TryGetProperty("properties", out _)),
            schema => Assert.All(
                schema.Value.GetProperty("properties").EnumerateObject(), field => Assert.False(field.Value.TryGetProperty("default", out _))));
    }

    [Fact]
    public async Task Conditions_on_metadata_are_members_of_an_object_that_are_sent_under_their_own_names()
    {
        var parameters = (await service.DocumentAsync()).Operations()
            .SelectMany(operation => operation.Parameters.Where(parameter => parameter.Text("name").StartsWith("metadata", StringComparison.Ordinal)))
            .Where(parameter => parameter.GetProperty("schema").IsOfType("object"))
            .ToList();

        // Form and explode are what a query parameter is without a word.
        Assert.Equal(5, parameters.Count);
        Assert.All(parameters, parameter =>
        {
            Assert.Equal("metadata", parameter.Text("name"));
            Assert.False(parameter.TryGetProperty("style", out var style) && style.GetString() != "form");
            Assert.False(parameter.TryGetProperty("explode", out var explode) && !explode.GetBoolean());
            Assert.Equal("string", parameter.GetProperty("schema").GetProperty("additionalProperties").Text("type"));
        });
    }

    [Fact]
    public async Task A_body_that_is_streamed_is_binary_in_each_of_its_types()
    {
        var operations = (await service.DocumentAsync()).Operations().ToDictionary(operation => operation.Json.Text("operationId"));

        var contents = new[]
        {
            operations["exportSession"].Json.GetProperty("responses").GetProperty("200").GetProperty("content"),
            operations["exportUser"].Json.GetProperty("responses").GetProperty("200").GetProperty("content"),
            operations["importSessions"].Json.GetProperty("requestBody").GetProperty("content"),
        };

        var download = operations["getAttachment"].Json.GetProperty("responses");
        Assert.Equal("binary", download.GetProperty("200").GetProperty("content").GetProperty("*/*").GetProperty("schema").Text("format"));
        Assert.Equal("binary", download.GetProperty("206").GetProperty("content").GetProperty("*/*").GetProperty("schema").Text("format"));
        var upload = operations["uploadAttachment"].Json.GetProperty("requestBody").GetProperty("content");
        Assert.Equal("binary", upload.GetProperty("application/octet-stream").GetProperty("schema").Text("format"));
        Assert.Equal("binary", upload.GetProperty("multipart/form-data").GetProperty("schema").GetProperty("properties").GetProperty("file").Text("format"));
        Assert.Contains("text/markdown", contents[0].EnumerateObject().Select(content => content.Name));
        Assert.All(contents.SelectMany(content => content.EnumerateObject()), content =>
            Assert.Equal("binary", content.Value.GetProperty("schema").Text("format")));
    }

    [Fact]
    public async Task The_groups_of_operations_stand_in_the_order_of_use_and_are_described_in_a_few_words()
    {
        var document = await service.DocumentAsync();

        var tags = document.Items("tags").ToDictionary(tag => tag.Text("name"), tag => tag.Text("description"), StringComparer.Ordinal);

        Assert.Equal(["Sessions", "Messages", "Memory"], tags.Keys.Take(3));
        Assert.All(tags.Values, description => Assert.InRange(description.Length, 1, 60));
        Assert.Equal(
            tags.Keys.Order(StringComparer.Ordinal),
            document.Operations().SelectMany(operation => operation.Json.Items("tags")).Select(tag => tag.GetString()!)
                .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));
    }

    private static bool SaysDefault(JsonElement parameter) =>
        parameter.Text("description").Contains("Default ", StringComparison.Ordinal)
        || parameter.Text("description").Contains("the default", StringComparison.Ordinal);
}
