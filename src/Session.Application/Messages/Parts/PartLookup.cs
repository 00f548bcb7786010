using System.Collections.Frozen;
using System.Text.Json;

namespace SessionService.Application.Messages.Parts;

/// <summary>Finds the row of a part in <see cref="KnownParts"/>.</summary>
internal static class PartLookup
{
    private const char Any = '*';

    private static readonly FrozenDictionary<string, KnownPart[]> ByType = KnownParts.Rows
        .Where(row => !row.IsKeyed)
        .SelectMany(row => row.TypeList.Where(type => !type.Contains(Any)).Select(type => (Type: type, Row: row)))
        .GroupBy(pair => pair.Type, pair => pair.Row, StringComparer.Ordinal)
        .ToFrozenDictionary(rows => rows.Key, rows => rows.ToArray(), StringComparer.Ordinal);

    private static readonly (string Begin, string End, KnownPart Row)[] ByPattern =
    [
        .. KnownParts.Rows.SelectMany(row => row.TypeList.Where(type => type.Contains(Any)).Select(type =>
            (type[..type.IndexOf(Any)], type[(type.IndexOf(Any) + 1)..], row))),
    ];

    private static readonly KnownPart[] ByKey = [.. KnownParts.Rows.Where(row => row.IsKeyed)];

    /// <summary>The type that a part gives itself.</summary>
    public static string? TypeOf(JsonElement part) => Member(part, "type") ?? Member(part, "$type");

    /// <summary>The row of a part; <see langword="null"/> where nothing is known of its kind.</summary>
    public static KnownPart? Find(JsonElement part)
    {
        if (part.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        if (TypeOf(part) is not { } type)
        {
            return Array.Find(ByKey, row => row.KeyOf(part) is not null && Fits(row, part));
        }

        if (ByType.TryGetValue(type, out var rows) && Array.Find(rows, row => Fits(row, part)) is { } found)
        {
            return found;
        }

        foreach (var (begin, end, row) in ByPattern)
        {
            if (type.StartsWith(begin, StringComparison.Ordinal) && type.EndsWith(end, StringComparison.Ordinal) && Fits(row, part))
            {
                return row;
            }
        }

        return null;
    }

    /// <summary>The name of the tool that a call or a result is about.</summary>
    public static string? ToolOf(KnownPart row, JsonElement part) =>
        row.ToolName is { } name
            ? name.Replace("*", TypeOf(part)?["tool-".Length..], StringComparison.Ordinal)
            : row.Tool?.FirstText(row.Root(part));

    private static bool Fits(KnownPart row, JsonElement part) => row.If is not { } condition || condition.First(part) is not null;

    private static string? Member(JsonElement part, string name) =>
        part.TryGetProperty(name, out var value) && PartText.Of(value) is { Length: > 0 } text ? text : null;
}
