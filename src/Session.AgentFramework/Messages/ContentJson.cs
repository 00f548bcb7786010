using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Agents.AI;

namespace SessionService.AgentFramework;

/// <summary>The serializer of contents.</summary>
internal static class ContentJson
{
    // Other programs do not always write $type first.
    private static readonly JsonSerializerOptions Default =
        new(AgentAbstractionsJsonUtilities.DefaultOptions) { AllowOutOfOrderMetadataProperties = true };

    public static JsonSerializerOptions OptionsOf(JsonSerializerOptions? given) => given ?? Default;

    public static JsonTypeInfo<T> TypeInfo<T>(JsonSerializerOptions options) => (JsonTypeInfo<T>)options.GetTypeInfo(typeof(T));

    /// <summary>The JSON of a node, with a document of its own. Members that are there twice stay.</summary>
    public static JsonElement ElementOf(JsonNode node)
    {
        using var document = JsonDocument.Parse(node.ToJsonString(Default));
        return document.RootElement.Clone();
    }
}
