using System.Text.Json;
using SessionService.Application.Sessions;

namespace SessionService.Application.Messages;

/// <summary>Tells whether metadata meet conditions, as <c>@&gt;</c> of PostgreSQL does for those of sessions.</summary>
internal sealed class MetadataMatch(IEnumerable<MetadataCondition> conditions)
{
    private readonly List<(IReadOnlyList<string> Path, List<JsonElement> Values)> _conditions =
        [.. conditions.Select(condition => (condition.Path, condition.Values.SelectMany(MetadataCondition.JsonOf).Select(Parse).ToList()))];

    public bool IsMetBy(ReadOnlyMemory<byte> metadata)
    {
        if (metadata.Span.SequenceEqual("{}"u8))
        {
            return false;
        }

        using var document = JsonDocument.Parse(metadata);
        var root = document.RootElement;
        return _conditions.TrueForAll(condition => IsMet(root, condition.Path, condition.Values));
    }

    private static bool IsMet(JsonElement value, IReadOnlyList<string> path, List<JsonElement> accepted)
    {
        foreach (var key in path)
        {
            if (value.ValueKind != JsonValueKind.Object || !value.TryGetProperty(key, out value))
            {
                return false;
            }
        }

        return accepted.Count == 0
            || accepted.Exists(one => JsonElement.DeepEquals(one, value))
            || (value.ValueKind == JsonValueKind.Array
                && value.EnumerateArray().Any(element => accepted.Exists(one => JsonElement.DeepEquals(one, element))));
    }

    private static JsonElement Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }
}
