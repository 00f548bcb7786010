using System.Text.Json;

namespace SessionService.Application.Messages.Parts;

/// <summary>
/// Where a value lies in a part: <c>source.data</c> is the member <c>data</c> of the member <c>source</c>, and <c>.</c> is the whole part.
/// An array on the way stands for its elements. Bars divide alternatives, and the first that is there counts; <c>a=b</c> is there if
/// <c>a</c> is the text <c>b</c>.
/// </summary>
internal sealed class PartPath
{
    private readonly (string[] Names, string? Expected)[] _alternatives;

    private PartPath(string path) =>
        _alternatives = [.. path.Split('|', StringSplitOptions.TrimEntries).Select(Parse)];

    public static PartPath? Of(string? path) => path is null ? null : new PartPath(path);

    /// <summary>The first value that is there and not null.</summary>
    public JsonElement? First(JsonElement part)
    {
        foreach (var alternative in _alternatives)
        {
            foreach (var value in Walk(part, alternative.Names, 0))
            {
                if (alternative.Expected is null || (PartText.Of(value) ?? value.GetRawText()) == alternative.Expected)
                {
                    return value;
                }
            }
        }

        return null;
    }

    /// <summary>The first value that is a string.</summary>
    public JsonElement? FirstString(JsonElement part)
    {
        foreach (var (names, _) in _alternatives)
        {
            foreach (var value in Walk(part, names, 0))
            {
                if (value.ValueKind == JsonValueKind.String)
                {
                    return value;
                }
            }
        }

        return null;
    }

    public string? FirstText(JsonElement part) => FirstString(part) is { } value ? PartText.Of(value) : null;

    /// <summary>The strings of the first alternative that has any.</summary>
    public IReadOnlyList<string> Texts(JsonElement part)
    {
        foreach (var (names, _) in _alternatives)
        {
            var texts = Walk(part, names, 0).Select(PartText.Of).OfType<string>().Where(text => text.Length > 0).ToList();
            if (texts.Count > 0)
            {
                return texts;
            }
        }

        return [];
    }

    private static (string[] Names, string? Expected) Parse(string alternative)
    {
        var sides = alternative.Split('=');
        return (sides[0].Split('.', StringSplitOptions.RemoveEmptyEntries), sides.Length > 1 ? sides[1] : null);
    }

    private static IEnumerable<JsonElement> Walk(JsonElement json, string[] names, int at)
    {
        if (at == names.Length)
        {
            return json.ValueKind == JsonValueKind.Null ? [] : [json];
        }

        return json.ValueKind switch
        {
            JsonValueKind.Object when json.TryGetProperty(names[at], out var member) => Walk(member, names, at + 1),
            JsonValueKind.Array => json.EnumerateArray()
                .Where(element => element.ValueKind == JsonValueKind.Object)
                .SelectMany(element => Walk(element, names, at)),
            _ => [],
        };
    }
}
