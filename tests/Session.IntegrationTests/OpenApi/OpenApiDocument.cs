using System.Text.Json;

namespace SessionService.IntegrationTests.OpenApi;

/// <summary>An operation of the OpenAPI document.</summary>
public sealed record OpenApiOperation(string Method, string Path, JsonElement Json)
{
    public string Name => $"{Method} {Path}";

    public bool IsHealth => Json.GetProperty("tags")[0].GetString() == "Health";

    public IEnumerable<JsonElement> Parameters => Json.TryGetProperty("parameters", out var parameters) ? parameters.EnumerateArray() : [];

    public IEnumerable<JsonProperty> Responses => Json.GetProperty("responses").EnumerateObject();
}

/// <summary>Ways of looking at an OpenAPI document.</summary>
public static class OpenApiDocument
{
    public static IReadOnlyList<OpenApiOperation> Operations(this JsonElement document) =>
        [.. document.GetProperty("paths").EnumerateObject().SelectMany(path => path.Value.EnumerateObject()
            .Where(operation => operation.Name is "get" or "post" or "put" or "delete" or "patch")
            .Select(operation => new OpenApiOperation(operation.Name.ToUpperInvariant(), path.Name, operation.Value)))];

    public static JsonElement Schemas(this JsonElement document) => document.GetProperty("components").GetProperty("schemas");

    /// <summary>The element and all that it holds, with the way to each.</summary>
    public static IEnumerable<(string At, JsonElement Json)> Everything(this JsonElement json, string at = "")
    {
        yield return (at, json);
        var members = json.ValueKind switch
        {
            JsonValueKind.Object => json.EnumerateObject().Select(member => (member.Name, member.Value)),
            JsonValueKind.Array => json.EnumerateArray().Select((item, index) => ($"{index}", item)),
            _ => [],
        };
        foreach (var found in members.SelectMany(member => member.Item2.Everything($"{at}/{member.Item1}")))
        {
            yield return found;
        }
    }

    public static JsonElement Resolve(this JsonElement document, JsonElement schema)
    {
        foreach (var alternatives in new[] { "allOf", "oneOf" })
        {
            if (schema.TryGetProperty(alternatives, out var inner))
            {
                return document.Resolve(inner[0]);
            }
        }

        return schema.TryGetProperty("$ref", out var reference)
            ? document.Schemas().GetProperty(reference.GetString()!.Split('/')[^1])
            : schema;
    }

    public static bool IsOfType(this JsonElement schema, string type) =>
        schema.ValueKind == JsonValueKind.Object && schema.TryGetProperty("type", out var types)
            && (types.ValueKind == JsonValueKind.Array
                ? types.EnumerateArray().Any(one => one.GetString() == type)
                : types.ValueKind == JsonValueKind.String && types.GetString() == type);
}
