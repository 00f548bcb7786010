using System.Text.Json;
using System.Text.RegularExpressions;

namespace SessionService.UnitTests.Contexts;

/// <summary>
/// Reads a context as the API of a model would, and refuses what the API refuses: by its published schema (members, types, limits) and by
/// what it checks beyond the schema.
/// </summary>
internal abstract partial class ModelApi
{
    public static readonly string[] Formats = ["openai", "openai-responses", "anthropic"];

    /// <summary>What the model is told, line by line.</summary>
    public List<string> Told { get; } = [];

    /// <exception cref="Xunit.Sdk.XunitException">The API refuses the context.</exception>
    public static List<string> Read(JsonElement context)
    {
        ModelApi api = context.GetProperty("format").GetString() switch
        {
            "openai" => new ChatApi(),
            "openai-responses" => new ResponsesApi(),
            _ => new AnthropicApi(),
        };
        api.Take(context);
        return api.Told;
    }

    protected abstract void Take(JsonElement context);

    /// <summary>An object with these members and no others; those with a question mark may be absent.</summary>
    protected static void HasMembers(JsonElement json, params string[] names)
    {
        Assert.Equal(JsonValueKind.Object, json.ValueKind);
        var given = json.EnumerateObject().Select(member => member.Name).ToList();
        Assert.Empty(given.Except(names.Select(name => name.TrimEnd('?'))));
        Assert.Empty(names.Where(name => !name.EndsWith('?')).Except(given));
    }

    /// <summary>A text that is not blank.</summary>
    protected static string Text(JsonElement json, string name)
    {
        var text = json.GetProperty(name).GetString();
        Assert.False(string.IsNullOrWhiteSpace(text), $"{name} is blank: {json}");
        return text;
    }

    protected static string Id(JsonElement json, string name, int maxLength)
    {
        var id = Text(json, name);
        Assert.InRange(id.Length, 1, maxLength);
        return id;
    }

    protected static string Name(JsonElement json)
    {
        var name = Text(json, "name");
        Assert.Matches(ToolName(), name);
        return name;
    }

    protected static string Picture(string url)
    {
        Assert.Matches(PictureUrl(), url);
        return url;
    }

    protected static List<JsonElement> Items(JsonElement json)
    {
        Assert.Equal(JsonValueKind.Array, json.ValueKind);
        Assert.NotEqual(0, json.GetArrayLength());
        return [.. json.EnumerateArray()];
    }

    protected static string Compact(string arguments) => JsonSerializer.Serialize(JsonElement.Parse(arguments));

    [GeneratedRegex("^[a-zA-Z0-9_-]{1,64}$", RegexOptions.None, 1000)]
    private static partial Regex ToolName();

    [GeneratedRegex("^(?:https?://|data:image/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/]+=*$)", RegexOptions.None, 1000)]
    private static partial Regex PictureUrl();
}
