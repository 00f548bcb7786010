using System.Text.Json;
using System.Text.RegularExpressions;

namespace SessionService.IntegrationTests.Documentation;

/// <summary>The answer that a page gives for a command: a status, some headers, and a body.</summary>
/// <param name="Status">The status.</param>
/// <param name="Headers">The headers that are shown.</param>
/// <param name="IsInPart">Whether the body may have more members than are shown.</param>
/// <param name="Language">The language of the body's block; <see langword="null"/> where no body is shown.</param>
/// <param name="Body">The body.</param>
internal sealed partial record ExpectedAnswer(
    int Status, IReadOnlyList<(string Name, string Value)> Headers, bool IsInPart, string? Language, string Body)
{
    private const double ScoreTolerance = 0.01;

    // What a value is made of is not to be seen from its form.
    private static readonly string[] Opaque = ["next_cursor"];
    private static readonly string[] Scores = ["score", "keyword_score", "semantic_score"];

    [GeneratedRegex("^[0-9a-f]{32}$", RegexOptions.CultureInvariant, 60_000)]
    private static partial Regex TraceId { get; }

    /// <summary>Why an answer is not the one of the page; <see langword="null"/> where it is.</summary>
    public string? FindDifference(int status, IReadOnlyDictionary<string, string> headers, string body, RunValues values)
    {
        if (status != Status)
        {
            return $"{Status} expected, {status} answered: {body}";
        }

        foreach (var (name, value) in Headers)
        {
            if (!headers.TryGetValue(name, out var actual) || !values.AreTheSame(value, actual))
            {
                return $"{name}: {value} expected, found {actual ?? "nothing"}";
            }
        }

        return Language switch
        {
            null => null,
            "json" => Compare(Parse(Body), Parse(body), "$", values),
            _ => values.AreTheSame(Body.TrimEnd(), body.TrimEnd()) ? null : $"{Body} expected, found {body}",
        };
    }

    private string? Compare(JsonElement expected, JsonElement actual, string at, RunValues values) => expected.ValueKind switch
    {
        _ when expected.ValueKind != actual.ValueKind => Difference(expected, actual, at),
        JsonValueKind.Object => CompareMembers(expected, actual, at, values),
        JsonValueKind.Array => expected.GetArrayLength() != actual.GetArrayLength()
            ? Difference(expected, actual, at)
            : First(expected.EnumerateArray().Zip(actual.EnumerateArray()).Select((pair, i) => Compare(pair.First, pair.Second, $"{at}[{i}]", values))),
        JsonValueKind.String => values.AreTheSame(expected.GetString()!, actual.GetString()!) ? null : Difference(expected, actual, at),
        _ => expected.GetRawText() == actual.GetRawText() ? null : Difference(expected, actual, at),
    };

    private string? CompareMembers(JsonElement expected, JsonElement actual, string at, RunValues values)
    {
        var missing = Names(expected).Except(Names(actual), StringComparer.Ordinal).ToList();
        var unexpected = IsInPart ? [] : Names(actual).Except(Names(expected), StringComparer.Ordinal).ToList();
        if (missing.Count + unexpected.Count > 0)
        {
            return $"{at}: missing are [{string.Join(", ", missing)}], not on the page are [{string.Join(", ", unexpected)}]";
        }

        return First(expected.EnumerateObject().Select(member =>
            CompareMember(member.Name, member.Value, actual.GetProperty(member.Name), $"{at}.{member.Name}", values)));
    }

    private string? CompareMember(string name, JsonElement expected, JsonElement actual, string at, RunValues values)
    {
        var areTexts = expected.ValueKind == JsonValueKind.String && actual.ValueKind == JsonValueKind.String;
        var isTheSame = name switch
        {
            "trace_id" when areTexts => TraceId.IsMatch(expected.GetString()!) && TraceId.IsMatch(actual.GetString()!),
            _ when areTexts && Opaque.Contains(name, StringComparer.Ordinal) => values.TryLearn(expected.GetString()!, actual.GetString()!),
            _ when actual.ValueKind == JsonValueKind.Number && Scores.Contains(name, StringComparer.Ordinal) =>
                Math.Abs(expected.GetDouble() - actual.GetDouble()) < ScoreTolerance,
            _ => (bool?)null,
        };
        return isTheSame switch
        {
            true => null,
            false => Difference(expected, actual, at),
            null => Compare(expected, actual, at, values),
        };
    }

    private static string? First(IEnumerable<string?> differences) => differences.FirstOrDefault(difference => difference is not null);

    private static string Difference(JsonElement expected, JsonElement actual, string at) =>
        $"{at}: {expected.GetRawText()} expected, found {actual.GetRawText()}";

    private static IEnumerable<string> Names(JsonElement json) => json.EnumerateObject().Select(member => member.Name);

    private static JsonElement Parse(string json) => JsonDocument.Parse(json).RootElement;
}
