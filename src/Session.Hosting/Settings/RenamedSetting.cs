using System.Globalization;

namespace SessionService.Hosting.Settings;

/// <summary>A setting that had another name before, or another form, and is still read under it.</summary>
/// <param name="Old">The name in the configuration, for example <c>RateLimits:PeriodSeconds</c>.</param>
/// <param name="New">The name now, for example <c>RateLimits:Period</c>.</param>
/// <param name="Convert">Turns the old form of the value into the new one; <see langword="null"/> where only the name has changed.</param>
public sealed record RenamedSetting(string Old, string New, Func<string, string>? Convert = null)
{
    /// <summary>From whole seconds to a time span: <c>60</c> becomes <c>00:01:00</c>.</summary>
    public static string FromSeconds(string value) =>
        decimal.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) && Math.Abs(seconds) <= int.MaxValue
            ? TimeSpan.FromTicks((long)(seconds * TimeSpan.TicksPerSecond)).ToString("c", CultureInfo.InvariantCulture)
            : value;

    /// <summary>From percent to a share of 1: <c>25</c> becomes <c>0.25</c>.</summary>
    public static string FromPercent(string value) =>
        decimal.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var percent)
            ? (percent / 100).ToString(CultureInfo.InvariantCulture)
            : value;

    /// <summary>
    /// Turns a value in the old form into the new form. A text that is no number stays as it is, and the binding of the options refuses it.
    /// </summary>
    internal string Translate(string value) => Convert is null ? value : Convert(value);
}
