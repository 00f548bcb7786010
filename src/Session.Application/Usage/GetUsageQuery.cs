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
    public const int DefaultBuckets = 30;
    public const int MaxZoneLength = 64;

    internal const int EndYear = 9000;

    // The clocks of instances differ a little. A message that another instance has acknowledged must be counted.
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromMinutes(1);

    /// <summary>
    /// The start (RFC 3339), or a date, which starts at its first moment in the time zone. It is extended to the start of its bucket. By
    /// default the last 30 buckets are in the answer.
    /// </summary>
    [StringLength(Rfc3339.MaxLength)]
    public string? From { get; init; }

    /// <summary>
    /// The end, a time or date, exclusive. It is extended to the end of its bucket. By default the current bucket is the last.
    /// </summary>
    [StringLength(Rfc3339.MaxLength)]
    public string? To { get; init; }

    /// <summary>
    /// The length of a bucket: <c>hour</c>, <c>day</c> (the default), <c>week</c> (from Monday) or <c>month</c>. At most 5000 of them.
    /// </summary>
    [DefaultValue("day")]
    [AllowedValues("hour", "day", "week", "month", null)]
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

    /// <summary>The selection of a valid query.</summary>
    /// <param name="calendar">The buckets of the query.</param>
    /// <param name="now">The current time.</param>
    internal UsageSelection ToSelection(UsageCalendar calendar, DateTimeOffset now)
    {
        var to = Bound(To, calendar);
        var from = Bound(From, calendar) ?? calendar.StartOfLast(DefaultBuckets, to?.AddTicks(-1) ?? now);
        return new UsageSelection(calendar.Cover(from, to ?? now + ClockTolerance, MaxBuckets), GroupBy);
    }

    internal UsageCalendar ToCalendar() => new(Tz ?? "UTC", Bucket ?? "day");

    private static DateTimeOffset? Bound(string? text, UsageCalendar calendar) =>
        text is null ? null : Rfc3339.TryParseDate(text, out var date) ? calendar.StartOf(date) : Rfc3339.Parse(text);
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
        RuleFor(q => q.Bucket).Must(bucket => bucket is null or "hour" or "day" or "week" or "month")
            .WithMessage("must be hour, day, week or month");
        RuleFor(q => q.GroupBy).Must(group => group is null or "session" or "message_type" or "metadata.model")
            .WithMessage("must be session, message_type or metadata.model");
        RuleFor(q => q.Tz).Must(zone => zone is null || UsageCalendar.KnowsZone(zone))
            .WithMessage("must be the IANA name of a time zone, such as Europe/Berlin");
    }
}
