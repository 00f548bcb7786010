namespace SessionService.Client;

/// <summary>Conditions on sessions. A session must meet all that are given.</summary>
public class SessionConditions
{
    private protected SessionConditions()
    {
    }

    /// <summary>Only active and completed sessions.</summary>
    public bool? ActiveOnly { get; set; }

    /// <summary>Sessions in one of these statuses.</summary>
    public IReadOnlyList<SessionStatus>? Status { get; set; }

    /// <summary>Whether they are starred.</summary>
    public bool? Starred { get; set; }

    /// <summary>Created after this time.</summary>
    public DateTimeOffset? CreatedAfter { get; set; }

    /// <summary>Created before this time.</summary>
    public DateTimeOffset? CreatedBefore { get; set; }

    /// <summary>Last active after this time.</summary>
    public DateTimeOffset? ActiveAfter { get; set; }

    /// <summary>Last active before this time.</summary>
    public DateTimeOffset? ActiveBefore { get; set; }

    /// <summary>Conditions on the metadata.</summary>
    public IReadOnlyList<MetadataCondition>? Metadata { get; set; }

    internal void AddTo(Query parameters)
    {
        parameters.Add("active_only", ActiveOnly);
        parameters.Add("status", Status);
        parameters.Add("starred", Starred);
        parameters.Add("created_after", CreatedAfter);
        parameters.Add("created_before", CreatedBefore);
        parameters.Add("active_after", ActiveAfter);
        parameters.Add("active_before", ActiveBefore);
        parameters.Add(Metadata);
    }
}
