using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using SessionService.Client;
using SessionService.ClientTests.Hosting;

namespace SessionService.ClientTests.Contract;

/// <summary>Holds the types of the client against the schemas of the OpenAPI document, both ways.</summary>
[Collection("service with keys")]
public sealed class SchemaTests(ServiceWithKeys service)
{
    /// <summary>The routes of OpenAI's clients, and those of load balancers, have types of their own. UI chunks are handed on as they are.</summary>
    private static readonly string[] LeftOut = ["Conversation", "CreateItems", "OpenAi", "Health", "DetailedHealth", "UpdateConversation", "UiChunk"];

    [Fact]
    public async Task Every_schema_has_a_type_and_every_type_has_a_schema()
    {
        var schemas = (await SchemasAsync()).Select(schema => schema.Key);

        var types = typeof(SessionServiceClient).Assembly.GetExportedTypes()
            .Where(type => IsModel(type) || IsWord(type) || type.IsAssignableTo(typeof(ITagged)))
            .Select(type => type.Name);

        Assert.Equal(schemas.Order(StringComparer.Ordinal), types.Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_words_of_every_enumeration_are_those_of_the_document()
    {
        foreach (var (name, schema) in await SchemasAsync())
        {
            if (schema["enum"] is JsonArray words)
            {
                var known = TypeOf(name).GetProperties(BindingFlags.Public | BindingFlags.Static)
                    .Select(property => property.GetValue(null)!.ToString());
                Assert.Equal((name, Sorted(words.Select(word => word!.GetValue<string>()))), (name, Sorted(known!)));
            }
        }
    }

    [Fact]
    public async Task The_fields_of_every_type_are_those_of_the_document()
    {
        var differences = new List<string>();
        foreach (var (name, schema) in await SchemasAsync())
        {
            if (schema["properties"] is not JsonObject fields)
            {
                continue;
            }

            var required = schema["required"]?.AsArray().Select(field => field!.GetValue<string>()).ToHashSet(StringComparer.Ordinal) ?? [];
            var expected = fields.Select(field => Describe(field.Key, field.Value!.AsObject(), required.Contains(field.Key), IsRequest(name)));
            var type = TypeOf(name);
            var actual = SessionServiceJson.Default.GetTypeInfo(type)!.Properties
                .Select(field => (Field: field, Property: PropertyOf(type, field)))
                .Where(field => !field.Property.IsDefined(typeof(JsonIgnoreAttribute), inherit: true) || IsOptional(field.Field))
                .Select(field => Describe(field.Field, field.Property, IsRequest(name)));
            differences.AddRange(expected.Except(actual).Select(field => $"{name}: the document has {field}"));
            differences.AddRange(actual.Except(expected).Select(field => $"{name}: the client has {field}"));
        }

        Assert.Empty(differences);
    }

    private static bool IsRequest(string name) => name.EndsWith("Request", StringComparison.Ordinal);

    private static bool IsWord(Type type) => type.GetInterfaces().Any(face => face.Name.StartsWith("IWord`", StringComparison.Ordinal));

    private static bool IsModel(Type type) => type.IsClass && SessionServiceJson.Default.GetTypeInfo(type) is not null;

    private static Type TypeOf(string schema) =>
        typeof(SessionServiceClient).Assembly.GetType("SessionService.Client." + schema, throwOnError: true)!;

    private static string Sorted(IEnumerable<string> words) => string.Join(' ', words.Order(StringComparer.Ordinal));

    /// <summary>A field as the document has it. In a request a field that is not required may be left out, and is null then.</summary>
    private static string Describe(string name, JsonObject schema, bool isRequired, bool isRequest)
    {
        var (type, isNullable) = TypeOf(schema);
        return $"{name}: {type}{(isNullable || !isRequired ? "?" : "")}{(isRequest && isRequired ? ", required" : "")}";
    }

    private static (string Type, bool IsNullable) TypeOf(JsonObject schema)
    {
        if (schema["$ref"] is { } reference)
        {
            return (reference.GetValue<string>().Split('/')[^1], false);
        }

        if (schema["allOf"] is JsonArray { Count: 1 } all)
        {
            return TypeOf(all[0]!.AsObject());
        }

        if (schema["oneOf"] is JsonArray choices)
        {
            var others = choices.Where(choice => choice!["type"] is not JsonValue type || type.GetValue<string>() != "null").ToList();
            return (others.Count == 1 ? TypeOf(others[0]!.AsObject()).Type : "any", others.Count < choices.Count);
        }

        var types = schema["type"] is JsonArray several
            ? several.Select(type => type!.GetValue<string>()).ToList()
            : [schema["type"]?.GetValue<string>() ?? "any"];
        var format = schema["format"]?.GetValue<string>();
        var name = types.Single(type => type != "null") switch
        {
            "string" when format is "uuid" or "date-time" => format,
            "integer" or "number" => format!,
            "array" => $"array of {ItemOf(schema["items"]!.AsObject())}",
            "object" => schema["additionalProperties"] is JsonObject values ? $"map of {TypeOf(values).Type}" : "object",
            var other => other,
        };
        return (name, types.Contains("null"));
    }

    /// <summary>Free objects in an array are any JSON to a program.</summary>
    private static string ItemOf(JsonObject schema) => TypeOf(schema).Type is var type and not "object" ? type : "any";

    private static PropertyInfo PropertyOf(Type type, JsonPropertyInfo field) =>
        type.GetProperties().Single(property => JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name) == field.Name);

    private static string Describe(JsonPropertyInfo field, PropertyInfo property, bool isRequest)
    {
        var type = field.PropertyType;
        var isOptional = IsOptional(field);
        type = isOptional ? type.GetGenericArguments()[0] : type;
        var isNullable = isOptional || Nullable.GetUnderlyingType(type) is not null
            || (!type.IsValueType && new NullabilityInfoContext().Create(property).WriteState == NullabilityState.Nullable);
        return $"{field.Name}: {NameOf(Nullable.GetUnderlyingType(type) ?? type)}{(isNullable ? "?" : "")}"
            + (isRequest && field.IsRequired ? ", required" : "");
    }

    private static bool IsOptional(JsonPropertyInfo field) =>
        field.PropertyType.IsGenericType && field.PropertyType.GetGenericTypeDefinition() == typeof(Optional<>);

    private static string NameOf(Type type) => type switch
    {
        _ when type == typeof(string) => "string",
        _ when type == typeof(Guid) => "uuid",
        _ when type == typeof(DateTimeOffset) => "date-time",
        _ when type == typeof(int) => "int32",
        _ when type == typeof(long) => "int64",
        _ when type == typeof(double) => "double",
        _ when type == typeof(decimal) => "decimal",
        _ when type == typeof(bool) => "boolean",
        _ when type == typeof(JsonObject) => "object",
        _ when type == typeof(JsonArray) => "array of any",
        _ when type == typeof(JsonNode) => "any",
        { IsGenericType: true } when type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>) =>
            $"array of {NameOf(type.GetGenericArguments()[0])}",
        { IsGenericType: true } when type.GetGenericTypeDefinition() == typeof(IReadOnlyDictionary<,>) =>
            $"map of {NameOf(type.GetGenericArguments()[1])}",
        _ => type.Name,
    };

    private async Task<List<(string Key, JsonObject Value)>> SchemasAsync() =>
    [
        .. (await service.GetDocumentAsync())["components"]!["schemas"]!.AsObject()
            .Where(schema => schema.Key != "Problem" && !LeftOut.Any(name => schema.Key.StartsWith(name, StringComparison.Ordinal)))
            .Where(schema => schema.Key != "CreateConversationRequest")
            .Select(schema => (schema.Key, schema.Value!.AsObject())),
    ];
}
