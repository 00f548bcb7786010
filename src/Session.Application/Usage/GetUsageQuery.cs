using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using FluentValidation;
using SessionService.Application.Time;
using SessionService.Application.Validation;

namespace SessionService.Application.Usage;

/// <summary>Which messages to sum up, and how.</summary>
public sealed class GetUsageQuery
{
    public const int MaxBuckets = 5_000;
    public const int MaxZoneLength = 64;

    internal const int EndYear = 9000;

    /// <summary>
    /// The start (RFC 3339), or a date, which starts at its first moment in the time zone. It is extended to the start of its bucket. By
    /// default as early as the limit of buckets allows.
    /// </summary>
    [StringLength(Rfc3339.MaxLength)]
    public string? From { get; init; }

    /// <summary>The end, a time or date, exclusive. It is extended to the end of its bucket. By default now.</summary>
    [StringLength(Rfc3339.MaxLength)]
    public string? To { get; init; }

    /// <summary>The length of a bucket: <c>hour</c>, <c>day</c> (the default) or <c>month</c>. At most 5000 of them.</summary>
    [DefaultValue("day")]
    [AllowedValues("hour", "day", "month", null)]
    public string? Bucket { get; init; }

    /// <summary>
    /// What to group the messages of a bucket by: <c>session</c> (not over all users), <c>message_type</c> or <c>metadata.model</c>.
    /// </summary>
    [AllowedValues("session", "message_type", "metadata.model", null)]
    public string? GroupBy { get; init; }

    /// <summary>The time zone in which buckets begin, by its IANA name. Default <c>UTC</c>.</summary>
    [DefaultValue("UTC")]
    [StringLength(MaxZoneLength, MinimumLength = 1)]
    public string? Tz { get; init; }

    /// <summary>Whether a bound is in the years that buckets can be computed for in every time zone. No message is outside.</summary>
    internal static bool IsInRange(string? bound) =>
        Rfc3339.Parse(bound) is not { } time || (time >= DatabaseClock.Oldest && time.Year < EndYear);

    internal UsageSelection ToSelection(DateTimeOffset now)
    {
        var bucket = Bucket ?? "day";
        // The clocks of instances differ a little. A message that another instance has acknowledged must be counted.
        var to = Bound(To) ?? new UsageBound(now.AddMinutes(1), Date: null);
        return new UsageSelection(Bound(From) ?? Oldest(to, bucket), to, bucket, Tz ?? "UTC", GroupBy);
    }

    /// <summary>Whether the time between the bounds holds more buckets than may be asked for.</summary>
    internal static bool IsTooLong(UsageSelection selection) => selection.To.Roughly - selection.From.Roughly > Longest(selection.Bucket);

    private static UsageBound? Bound(string? text) =>
        text is null ? null
        : Rfc3339.TryParseDate(text, out var date) ? new UsageBound(Time: null, date)
        : new UsageBound(Rfc3339.Parse(text), Date: null);

    private static UsageBound Oldest(UsageBound to, string bucket) =>
        to.Roughly - DatabaseClock.Oldest <= Longest(bucket)
            ? new UsageBound(DatabaseClock.Oldest, Date: null)
            : new UsageBound((to.Roughly - Longest(bucket)).AddDays(1), Date: null);

    private static TimeSpan Longest(string bucket) => MaxBuckets * bucket switch
    {
        "hour" => TimeSpan.FromHours(1),
        "month" => TimeSpan.FromDays(31),
        _ => TimeSpan.FromDays(1),
    };
}

internal sealed class GetUsageQueryValidator : AbstractValidator<GetUsageQuery>
{
    private static readonly string OutOfRange = $"must be in the years from 1970 to {GetUsageQuery.EndYear - 1}";

    public GetUsageQueryValidator()
    {
        RuleFor(q => q.From).TimeOrDate();
        RuleFor(q => q.To).TimeOrDate();
        RuleFor(q => q.From).Must(GetUsageQuery.IsInRange).WithMessage(OutOfRange);
        RuleFor(q => q.To).Must(GetUsageQuery.IsInRange).WithMessage(OutOfRange);
        RuleFor(q => q.Bucket).Must(bucket => bucket is null or "hour" or "day" or "month").WithMessage("must be hour, day or month");
        RuleFor(q => q.GroupBy).Must(group => group is null or "session" or "message_type" or "metadata.model")
            .WithMessage("must be session, message_type or metadata.model");
        RuleFor(q => q.Tz).Must(zone => zone is null || IsName(zone)).WithMessage(UsageService.UnknownZone);
    }

    // Whether the time zone exists is asked of the database later.
    private static bool IsName(string zone) =>
        zone.Length is > 0 and <= GetUsageQuery.MaxZoneLength
            && zone.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '_' or '-' or '+');
}
