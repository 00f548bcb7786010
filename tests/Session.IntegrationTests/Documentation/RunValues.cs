using System.Globalization;
using System.Text.RegularExpressions;

namespace SessionService.IntegrationTests.Documentation;

/// <summary>
/// The values that differ from run to run: ids and times that the service makes, and tags and cursors that are made of them. A value of the page stands for
/// one value of the run, wherever the page names it again.
/// </summary>
internal sealed partial class RunValues(DateTimeOffset start)
{
    private static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(5);

    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    [GeneratedRegex(
        """
        (?<uuid>[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12})
        | (?<time>[0-9]{4}-[0-9]{2}-[0-9]{2}[T\ ][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{6})?Z)
        | (?<=-)(?<ticks>[0-9a-f]{15})(?=")
        | (?<=msg_)(?<hex>[0-9a-f]{32})
        """,
        RegexOptions.CultureInvariant | RegexOptions.IgnorePatternWhitespace | RegexOptions.ExplicitCapture,
        60_000)]
    private static partial Regex Value { get; }

    /// <summary>A text of the page with the values of this run.</summary>
    public string Translate(string text) =>
        _values.Aggregate(text, (translated, value) => translated.Replace(value.Key, value.Value, StringComparison.Ordinal));

    /// <summary>Takes a value of this run for a value of the page, whatever their form.</summary>
    public bool TryLearn(string documented, string actual) =>
        _values.TryGetValue(documented, out var known) ? known == actual : _values.TryAdd(documented, actual);

    /// <summary>Whether a text of this run is the one of the page, but for values that differ from run to run.</summary>
    public bool AreTheSame(string documented, string actual)
    {
        if (documented == actual)
        {
            return true;
        }

        var (expected, found) = (Value.Matches(documented), Value.Matches(actual));
        return expected.Count == found.Count
            && Value.Replace(documented, "*") == Value.Replace(actual, "*")
            && expected.Zip(found).All(pair => IsTheSame(pair.First, pair.Second));
    }

    private bool IsTheSame(Match documented, Match actual)
    {
        if (documented.Value == actual.Value)
        {
            return true;
        }

        var kind = Kind(documented);
        return kind == Kind(actual)
            && (kind != "time" || IsOfThisRun(actual.Value))
            && TryLearn(documented.Value, actual.Value);
    }

    // A time that the page's own request gives must come back as it is; only the service's own clock differs.
    private bool IsOfThisRun(string time) =>
        (DateTimeOffset.Parse(time, CultureInfo.InvariantCulture) - start).Duration() < Tolerance;

    private static string Kind(Match match) => new[] { "uuid", "time", "ticks", "hex" }.Single(name => match.Groups[name].Success);
}
