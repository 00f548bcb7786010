using System.Globalization;
using System.Text.RegularExpressions;

namespace SessionService.Application.Time;

/// <summary>Times as clients write them: RFC 3339, and in UTC where the offset is absent, as in many clients' ISO 8601.</summary>
public static partial class Rfc3339
{
    public const int MaxLength = 64;

    // DateTimeOffset keeps seven digits of a second; further ones are far below the microsecond that is stored.
    [GeneratedRegex(
        @"\A(?<date>[0-9]{4}-[0-9]{2}-[0-9]{2})[Tt](?<time>[0-9]{2}:[0-9]{2}:[0-9]{2})"
        + @"((?<fraction>\.[0-9]{1,7})[0-9]*)?(?<offset>[Zz]|[+-][0-9]{2}:[0-9]{2})?\z",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 100)]
    private static partial Regex Pattern { get; }

    /// <summary>Whether a text is a time. Without an offset the time is in UTC.</summary>
    public static bool TryParse(string text, out DateTimeOffset time)
    {
        time = default;
        return text.Length < MaxLength
            && Pattern.Match(text) is { Success: true } match
            && DateTimeOffset.TryParse(
                $"{match.Groups["date"]}T{match.Groups["time"]}{match.Groups["fraction"]}{match.Groups["offset"].Value.ToUpperInvariant()}",
                CultureInfo.InvariantCulture,
                DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal,
                out time);
    }

    /// <summary>Whether a text is a date alone.</summary>
    public static bool TryParseDate(string text, out DateOnly date) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out date);

    /// <summary>
    /// Parses a time, or a date, which means its first moment in UTC; <see langword="null"/> where the text is neither. A plus that the
    /// client did not encode arrives as a blank.
    /// </summary>
    public static DateTimeOffset? Parse(string? text) =>
        text is null ? null
        : TryParse(text.Replace(' ', '+'), out var time) ? time.ToDatabaseTime()
        : TryParseDate(text, out var date) ? new DateTimeOffset(date.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero)
        : null;
}
