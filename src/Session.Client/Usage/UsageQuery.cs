namespace SessionService.Client;

/// <summary>Which usage, and in which buckets.</summary>
public sealed class UsageQuery
{
    /// <summary>From when on: a time, or a date in the time zone. By default so that there are 30 buckets.</summary>
    public string? From { get; set; }

    /// <summary>Until when, exclusive: a time, or a date in the time zone. By default until now.</summary>
    public string? To { get; set; }

    /// <summary>The length of a bucket.</summary>
    public UsageBucket? Bucket { get; set; }

    /// <summary>Into what each bucket is divided.</summary>
    public UsageGrouping? GroupBy { get; set; }

    /// <summary>The time zone by name, such as <c>Europe/Vienna</c>; by default UTC.</summary>
    public string? TimeZone { get; set; }

    /// <summary>Which server may answer.</summary>
    public Consistency? Consistency { get; set; }

    internal Query ToQuery() => new()
    {
        { "from", From },
        { "to", To },
        { "bucket", Bucket },
        { "group_by", GroupBy },
        { "tz", TimeZone },
        { "consistency", Consistency },
    };
}
