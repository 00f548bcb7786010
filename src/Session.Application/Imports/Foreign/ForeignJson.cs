using System.Globalization;
using System.Text.Json;
using SessionService.Application.Time;

namespace SessionService.Application.Imports.Foreign;

/// <summary>Reads JSON of other programs without assuming that it has the usual form.</summary>
public static class ForeignJson
{
    public static JsonElement? Member(this JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null
            ? value
            : null;

    public static string? Text(this JsonElement json, string name) => json.Member(name)?.AsText();

    public static string? AsText(this JsonElement json) =>
        json.ValueKind == JsonValueKind.String ? json.GetString() : null;

    /// <summary>Seconds since 1970, with a fraction.</summary>
    public static DateTimeOffset? Time(this JsonElement json, string name, DateTimeOffset latest)
    {
        if (json.Member(name) is not { ValueKind: JsonValueKind.Number } number
            || !number.TryGetDecimal(out var seconds)
            || seconds < 0
            || seconds > latest.ToUnixTimeSeconds())
        {
            return null;
        }

        return DatabaseClock.Oldest.AddTicks((long)(seconds * TimeSpan.TicksPerSecond)).ToDatabaseTime();
    }

    public static string Invariant(this int number) => number.ToString(CultureInfo.InvariantCulture);
}
