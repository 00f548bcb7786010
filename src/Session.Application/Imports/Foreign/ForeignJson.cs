using System.Globalization;
using System.Text.Json;

namespace SessionService.Application.Imports.Foreign;

/// <summary>Reads JSON of other programs without assuming that it has the usual form.</summary>
public static class ForeignJson
{
    public static JsonElement? Member(this JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null
            ? value
            : null;

    public static string? Text(this JsonElement json, string name) => json.Member(name)?.AsText();

    /// <summary>The first of these members that is a text and not blank.</summary>
    public static string? FirstText(this JsonElement json, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (json.Text(name) is { } text && !string.IsNullOrWhiteSpace(text))
            {
                return text;
            }
        }

        return null;
    }

    /// <summary>The first of these members that is an id: a text, or a number.</summary>
    public static string? Id(this JsonElement json, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            switch (json.Member(name))
            {
                case { ValueKind: JsonValueKind.String } text when text.AsText() is { Length: > 0 } id:
                    return id;

                case { ValueKind: JsonValueKind.Number } number:
                    return number.GetRawText();

                case { ValueKind: JsonValueKind.Object } wrapped when wrapped.Text("$oid") is { Length: > 0 } id:
                    return id;
            }
        }

        return null;
    }

    public static JsonElement? ObjectAt(this JsonElement json, string name) =>
        json.Member(name) is { ValueKind: JsonValueKind.Object } value ? value : null;

    public static JsonElement? ArrayAt(this JsonElement json, string name) =>
        json.Member(name) is { ValueKind: JsonValueKind.Array } value ? value : null;

    /// <summary>The elements of the array of this name; none where there is no such array.</summary>
    public static IEnumerable<JsonElement> Elements(this JsonElement json, string name) =>
        json.ArrayAt(name) is { } array ? array.EnumerateArray() : [];

    /// <summary>The first element of the array of this name that is an object.</summary>
    public static JsonElement? FirstObject(this JsonElement json, string name)
    {
        foreach (var element in json.Elements(name))
        {
            if (element.ValueKind == JsonValueKind.Object)
            {
                return element;
            }
        }

        return null;
    }

    public static bool IsTrue(this JsonElement json, string name) => json.Member(name) is { ValueKind: JsonValueKind.True };

    public static string? AsText(this JsonElement json) =>
        json.ValueKind == JsonValueKind.String ? json.GetString() : null;

    /// <summary>The title of a conversation.</summary>
    public static string? Title(this JsonElement json) => json.FirstText("title", "name", "topic");

    /// <summary>All members but some, as labels.</summary>
    public static IReadOnlyList<KeyValuePair<string, JsonElement>> MembersBut(this JsonElement json, params ReadOnlySpan<string> names)
    {
        var members = new List<KeyValuePair<string, JsonElement>>();
        foreach (var member in json.EnumerateObject())
        {
            if (member.Value.ValueKind != JsonValueKind.Null && !names.Contains(member.Name))
            {
                members.Add(new(member.Name, member.Value));
            }
        }

        return members;
    }

    /// <summary>All members but some, as labels of a message.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> LabelsBut(this JsonElement json, params ReadOnlySpan<string> names) =>
        [.. json.MembersBut(names).Select(member => new KeyValuePair<string, string>(member.Key, member.Value.GetRawText()))];

    /// <summary>An object with this member alone.</summary>
    public static JsonElement Wrap(string name, JsonElement value) =>
        JsonSerializer.SerializeToElement(new SortedList<string, JsonElement>(StringComparer.Ordinal) { [name] = value });

    public static string Quote(string text) => JsonSerializer.Serialize(text);

    public static string Invariant(this int number) => number.ToString(CultureInfo.InvariantCulture);
}
