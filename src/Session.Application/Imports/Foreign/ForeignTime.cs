using System.Globalization;
using System.Text.Json;
using SessionService.Application.Time;

namespace SessionService.Application.Imports.Foreign;

/// <summary>Reads times in the spellings of other programs.</summary>
internal static class ForeignTime
{
    private static readonly string[] Creations =
    [
        "created_at", "createdAt", "create_time", "createTime", "created", "timestamp", "time", "date", "datetime", "sent_at", "sentAt",
        "inserted_at", "insertedAt", "created_time", "createdTime", "start_time", "startTime",
    ];

    private static readonly string[] Updates =
    [
        "updated_at", "updatedAt", "update_time", "updateTime", "updated", "modify_time", "modified_at", "modifiedAt", "modified",
        "last_modified", "lastModified", "last_activity", "lastActivity",
    ];

    private static readonly string[] TextForms =
    [
        "yyyy-MM-dd", "yyyy-MM-dd HH:mm", "yyyy-MM-dd HH:mm:ss", "yyyy-MM-dd HH:mm:ss.FFFFFFF", "yyyy-MM-dd HH:mm:sszzz",
        "yyyy-MM-dd HH:mm:ss.FFFFFFFzzz", "yyyy-MM-dd HH:mm:ss zzz", "yyyy-MM-dd HH:mm:ss.FFFFFFF zzz", "yyyy-MM-ddTHH:mm",
        "yyyy-MM-ddTHH:mmzzz", "yyyy-MM-ddTHH:mm:ss.FFFFFFFzzz", "yyyyMMddTHHmmssK", "yyyy/MM/dd HH:mm:ss", "yyyy/MM/dd",
        "ddd, dd MMM yyyy HH:mm:ss 'GMT'", "ddd MMM dd yyyy HH:mm:ss 'GMT'zzz",
    ];

    /// <summary>When it was made, or at least changed.</summary>
    public static DateTimeOffset? Created(JsonElement json, DateTimeOffset latest) =>
        First(json, Creations, latest) ?? Updated(json, latest);

    /// <summary>When it was last changed.</summary>
    public static DateTimeOffset? Updated(JsonElement json, DateTimeOffset latest) => First(json, Updates, latest);

    private static DateTimeOffset? First(JsonElement json, string[] names, DateTimeOffset latest)
    {
        foreach (var name in names)
        {
            if (json.Member(name) is { } value && Parse(value, latest) is { } time)
            {
                return time;
            }
        }

        return null;
    }

    /// <summary>The time that a value tells; <see langword="null"/> where it tells none, or one that is still to come.</summary>
    public static DateTimeOffset? Parse(JsonElement value, DateTimeOffset latest)
    {
        var time = value.ValueKind switch
        {
            JsonValueKind.Number when value.TryGetDecimal(out var number) => OfNumber(number),
            JsonValueKind.String => OfText(value.AsText()!.Trim()),
            JsonValueKind.Object => OfObject(value, latest),
            _ => null,
        };
        return time > DatabaseClock.Oldest && time <= latest ? time.Value.ToDatabaseTime() : null;
    }

    // MongoDB's extended JSON, and the timestamps of protocol buffers.
    private static DateTimeOffset? OfObject(JsonElement value, DateTimeOffset latest)
    {
        if ((value.Member("$date") ?? value.Member("$numberLong")) is { } wrapped)
        {
            return Parse(wrapped, latest);
        }

        if ((value.Member("seconds") ?? value.Member("_seconds")) is not { } seconds || Parse(seconds, latest) is not { } time)
        {
            return null;
        }

        var nanoseconds = value.Member("nanos") ?? value.Member("nanoseconds") ?? value.Member("_nanoseconds");
        return nanoseconds is { ValueKind: JsonValueKind.Number } given
            && given.TryGetInt32(out var number)
            && number is >= 0 and < 1_000_000_000
            ? time.AddTicks(number / TimeSpan.NanosecondsPerTick)
            : time;
    }

    private static DateTimeOffset? OfText(string text)
    {
        if (Rfc3339.TryParse(text, out var time))
        {
            return time;
        }

        const NumberStyles Unsigned = NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        if (decimal.TryParse(text, Unsigned, CultureInfo.InvariantCulture, out var number))
        {
            return OfNumber(number);
        }

        // As JavaScript writes a time: the name of the zone follows in parentheses.
        var end = text.IndexOf(" (", StringComparison.Ordinal);
        text = (end < 0 ? text : text[..end]).Replace(" UTC", "Z", StringComparison.Ordinal).Replace(" Z", "Z", StringComparison.Ordinal);
        text = text.EndsWith('Z') ? $"{text[..^1]}+00:00" : text;
        return DateTimeOffset.TryParseExact(
            text,
            TextForms,
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
            out time)
            ? time
            : null;
    }

    // The size tells the unit: seconds, milliseconds, microseconds and nanoseconds of our days differ by a factor of thousand.
    private static DateTimeOffset? OfNumber(decimal number)
    {
        var seconds = number switch
        {
            >= 1e17m => number / 1_000_000_000,
            >= 1e14m => number / 1_000_000,
            >= 1e11m => number / 1_000,
            _ => number,
        };
        return seconds > 0 && seconds < DateTimeOffset.MaxValue.ToUnixTimeSeconds()
            ? DateTimeOffset.UnixEpoch.AddTicks((long)(seconds * TimeSpan.TicksPerSecond))
            : null;
    }
}
