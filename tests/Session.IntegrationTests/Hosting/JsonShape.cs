using System.Text.Json;
using System.Text.RegularExpressions;

namespace SessionService.IntegrationTests.Hosting;

/// <summary>
/// Compares JSON with an example: the same members in any order, the same values, numbers digit by digit. In the example
/// "&lt;uuid&gt;" and "&lt;time&gt;" stand for any value of that form.
/// </summary>
internal static partial class JsonShape
{
    [GeneratedRegex(@"^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$", RegexOptions.CultureInvariant, 60_000)]
    private static partial Regex Uuid { get; }

    [GeneratedRegex(@"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z$", RegexOptions.CultureInvariant, 60_000)]
    private static partial Regex Time { get; }

    public static void AssertMatches(string example, JsonElement actual) =>
        AssertMatches(JsonDocument.Parse(example, new JsonDocumentOptions { MaxDepth = 100 }).RootElement, actual, "$");

    private static void AssertMatches(JsonElement example, JsonElement actual, string at)
    {
        Assert.True(example.ValueKind == actual.ValueKind, $"{at}: {example.GetRawText()} expected, found {actual.GetRawText()}");
        switch (example.ValueKind)
        {
            case JsonValueKind.Object:
                Assert.Equal(Names(example), Names(actual));
                foreach (var member in example.EnumerateObject())
                {
                    AssertMatches(member.Value, actual.GetProperty(member.Name), $"{at}.{member.Name}");
                }

                break;

            case JsonValueKind.Array:
                Assert.True(example.GetArrayLength() == actual.GetArrayLength(), $"{at}: another length");
                foreach (var (expected, found) in example.EnumerateArray().Zip(actual.EnumerateArray()))
                {
                    AssertMatches(expected, found, $"{at}[]");
                }

                break;

            case JsonValueKind.String:
                AssertMatches(example.GetString()!, actual.GetString()!, at);
                break;

            default:
                Assert.True(
                    example.GetRawText() == actual.GetRawText(), $"{at}: {example.GetRawText()} expected, found {actual.GetRawText()}");
                break;
        }
    }

    private static void AssertMatches(string example, string actual, string at)
    {
        switch (example)
        {
            case "<uuid>":
                Assert.Matches(Uuid, actual);
                break;

            case "<time>":
                Assert.Matches(Time, actual);
                break;

            default:
                Assert.True(example == actual, $"{at}: \"{example}\" expected, found \"{actual}\"");
                break;
        }
    }

    private static string[] Names(JsonElement json) => [.. json.EnumerateObject().Select(member => member.Name).Order(StringComparer.Ordinal)];
}
