using System.Text.Json;
using System.Text.Json.Serialization;

namespace SessionService.Benchmarks.Driving;

/// <summary>What came of a load.</summary>
/// <param name="Acknowledged">Requests answered with success, those of the first moments and the last among them.</param>
/// <param name="PerSecond">Answers a second, once under way.</param>
/// <param name="P50Ms">Median of the time to an answer.</param>
/// <param name="P99Ms">Time to an answer that one in a hundred exceeds.</param>
/// <param name="Refused">Other answers.</param>
/// <param name="FirstRefusal">One of them.</param>
internal sealed record LoadResult(long Acknowledged, double PerSecond, double P50Ms, double P99Ms, long Refused, string? FirstRefusal)
{
    // There is no median of nothing.
    private static readonly JsonSerializerOptions Json = new() { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };

    public static LoadResult Parse(string json) => JsonSerializer.Deserialize<LoadResult>(json, Json)!;

    public string ToJson() => JsonSerializer.Serialize(this, Json);
}
