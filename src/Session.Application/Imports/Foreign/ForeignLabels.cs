using System.Text;
using System.Text.Json;
using SessionService.Application.Json;

namespace SessionService.Application.Imports.Foreign;

/// <summary>Puts metadata together as far as their limits allow. What does not fit, or cannot be stored, is left out by name.</summary>
internal sealed class ForeignLabels(int maxBytes)
{
    // For the names of what is left out.
    private const int Reserve = 16 * 1024;
    private const int MaxNamed = 50;
    private const int MaxNameLength = 100;

    // What is imported must be importable again, and stands a few levels deeper in an export.
    private const int MaxDepth = JsonLimits.MaxDepth - 6;

    private readonly StringBuilder _json = new("{");
    private readonly List<string> _omitted = [];
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private int _room = Math.Max(256, maxBytes - Math.Min(Reserve, maxBytes / 4));

    public void AddText(string name, string? text)
    {
        if (!string.IsNullOrEmpty(text))
        {
            Add(name, ForeignJson.Quote(text));
        }
    }

    /// <param name="name">The name of the label. The first label of a name stays.</param>
    /// <param name="json">Well-formed JSON.</param>
    public void Add(string name, string json)
    {
        if (!_names.Add(name))
        {
            return;
        }

        if (!Take(name, json))
        {
            Omit(name, name: null, Encoding.UTF8.GetByteCount(json));
            return;
        }

        _json.Append(_json.Length > 1 ? "," : "").Append(ForeignJson.Quote(name)).Append(':').Append(json);
    }

    /// <summary>Names a part that is left out.</summary>
    public void AddOmitted(JsonElement part) => Omit(
        part.FirstText("type", "content_type") ?? "part",
        part.FirstText("name", "filename", "file_name", "title"),
        Encoding.UTF8.GetByteCount(part.GetRawText()));

    /// <summary>Adds an object of those members that fit, and the number of the others.</summary>
    public void AddMembers(string name, IEnumerable<KeyValuePair<string, JsonElement>> members)
    {
        var (kept, omitted) = (new List<string>(), 0);
        foreach (var (key, value) in members)
        {
            var json = value.GetRawText();
            if (Take(key, json))
            {
                kept.Add($"{ForeignJson.Quote(key)}:{json}");
            }
            else
            {
                omitted++;
            }
        }

        if (kept.Count > 0)
        {
            _json.Append(_json.Length > 1 ? "," : "").Append(ForeignJson.Quote(name)).Append(":{").AppendJoin(',', kept).Append('}');
        }

        if (omitted > 0)
        {
            Add($"{name}_omitted", omitted.Invariant());
        }
    }

    public JsonText Build()
    {
        if (_omitted.Count > 0)
        {
            _json.Append(_json.Length > 1 ? "," : "").Append("\"omitted\":[").AppendJoin(',', _omitted.Take(MaxNamed)).Append(']');
        }

        return new JsonText(_json.Append('}').ToString());
    }

    private void Omit(string type, string? name, int bytes)
    {
        var named = name is null ? "" : $"\"name\":{ForeignJson.Quote(Cut(name))},";
        _omitted.Add($"{{\"type\":{ForeignJson.Quote(Cut(type))},{named}\"bytes\":{bytes.Invariant()}}}");
    }

    private static string Cut(string text) => string.Concat(text.EnumerateRunes().Take(MaxNameLength));

    private bool Take(string name, string json)
    {
        var utf8 = Encoding.UTF8.GetBytes(json);
        var size = utf8.Length + (6 * name.Length) + 4;
        if (size > _room || IsTooDeep(utf8) || JsonLimits.Refuse(utf8, _room) is not null)
        {
            return false;
        }

        _room -= size;
        return true;
    }

    public static bool IsTooDeep(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = int.MaxValue });
        while (reader.Read())
        {
            if (reader.CurrentDepth > MaxDepth)
            {
                return true;
            }
        }

        return false;
    }
}
