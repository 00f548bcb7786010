using System.Text;
using System.Text.Json;
using SessionService.Domain.Text;

namespace SessionService.Application.Sessions;

/// <summary>A condition on the metadata of sessions.</summary>
/// <param name="Path">The path of keys to the value.</param>
/// <param name="Values">The accepted values; empty to accept any value.</param>
public sealed record MetadataCondition(IReadOnlyList<string> Path, IReadOnlyList<string> Values)
{
    public const string Prefix = "metadata.";
    public const int MaxConditions = 10;
    public const int MaxValues = 20;
    public const int MaxDepth = 10;
    public const int MaxNameLength = 500;
    public const int MaxValueLength = 500;

    /// <summary>The JSON values that a query value stands for: the text, and also the scalar where it reads as one.</summary>
    public static IEnumerable<string> JsonOf(string value)
    {
        yield return JsonSerializer.Serialize(value);
        if (ReadScalar(value) is { } scalar)
        {
            yield return scalar;
        }
    }

    /// <summary>The keys of a path with dots between them. A backslash before a dot or a backslash makes it a part of the key.</summary>
    public static IReadOnlyList<string> ParsePath(string text)
    {
        var keys = new List<string>();
        var key = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\' && i + 1 < text.Length && text[i + 1] is '.' or '\\')
            {
                key.Append(text[++i]);
            }
            else if (text[i] == '.')
            {
                keys.Add(key.ToString());
                key.Clear();
            }
            else
            {
                key.Append(text[i]);
            }
        }

        keys.Add(key.ToString());
        return keys;
    }

    /// <summary>Why the name and values of a condition are invalid; <see langword="null"/> when they are valid.</summary>
    public static string? Refuse(string name, IReadOnlyList<string> values)
    {
        if (name.Length > MaxNameLength || ParsePath(name) is { Count: > MaxDepth })
        {
            return $"must be a path of at most {MaxDepth} keys and {MaxNameLength} characters";
        }

        if (ParsePath(name).Any(key => key.Length == 0))
        {
            return "must name keys with dots between them, none of them empty";
        }

        if (values.Count > MaxValues || values.Any(value => value.Length > MaxValueLength))
        {
            return $"must have at most {MaxValues} values of at most {MaxValueLength} characters";
        }

        return values.Prepend(name).Select(text => StorableText.Refuse(text)).FirstOrDefault(reason => reason is not null);
    }

    private static string? ReadScalar(string value)
    {
        try
        {
            using var document = JsonDocument.Parse(value);
            return document.RootElement.ValueKind switch
            {
                JsonValueKind.Object or JsonValueKind.Array => null,
                // No session has text that jsonb cannot store.
                _ => Json.JsonLimits.Refuse(Encoding.UTF8.GetBytes(value), int.MaxValue) is null ? value : null,
            };
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
