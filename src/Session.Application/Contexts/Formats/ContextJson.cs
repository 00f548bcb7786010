using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using SessionService.Application.Json;
using SessionService.Application.Messages.Parts;

namespace SessionService.Application.Contexts.Formats;

/// <summary>The pieces of JSON that several formats share.</summary>
internal static class ContextJson
{
    /// <summary>What stands for a result without any text: an empty content is refused.</summary>
    private const string NoOutput = "[no output]";

    // What a client nested as deep as it may stands a few levels deeper in an answer.
    private static readonly JsonSerializerOptions Unescaped =
        new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = 4 * JsonLimits.MaxDepth };

    public static JsonText ToText(this JsonNode node) => new(node.ToJsonString(Unescaped));

    /// <summary>
    /// An object of a client, to be written as it was. Nobody may look into the result: the look throws where a member is there twice.
    /// </summary>
    public static JsonNode Given(JsonElement json) => JsonObject.Create(json)!;

    public static JsonObject Text(string type, string text) => new() { ["type"] = type, ["text"] = text };

    /// <summary>The text of a member of an object; <see langword="null"/> where there is none.</summary>
    public static string? TextAt(JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    /// <summary>The texts of parts; media are named.</summary>
    public static string TextOf(IEnumerable<MessagePart> parts) => string.Join('\n', parts.Select(TextOf).Where(text => text.Length > 0));

    /// <summary>The text of a result; media are named.</summary>
    public static string TextOfResult(MessagePart result)
    {
        var text = TextOf([result, .. result.Nested]);
        return string.IsNullOrWhiteSpace(text) ? NoOutput : text;
    }

    /// <summary>A result as an array of blocks, where one of its media can be given.</summary>
    /// <param name="result">The result.</param>
    /// <param name="textType">The type of the blocks of text.</param>
    /// <param name="block">Writes a medium; <see langword="null"/> where the API does not take the medium.</param>
    public static JsonArray? BlocksOfResult(MessagePart result, string textType, Func<PartMedia, JsonObject?> block)
    {
        var media = result.Nested
            .Where(part => part.Media is not null)
            .Select(part => block(part.Media!) ?? Text(textType, GivenMedia.NameOf(part.Media!)))
            .ToList();
        if (media.TrueForAll(one => one["type"]!.GetValue<string>() == textType))
        {
            return null;
        }

        var blocks = new JsonArray();
        if (!string.IsNullOrWhiteSpace(result.Text))
        {
            blocks.Add(Text(textType, result.Text));
        }

        media.ForEach(blocks.Add);
        return blocks;
    }

    private static string TextOf(MessagePart part) => part switch
    {
        { Media: { } media } => GivenMedia.NameOf(media),
        { Kind: PartKind.Reasoning } => "",
        _ => part.Text,
    };
}
