namespace SessionService.Client;

/// <summary>What a context holds, and for whom it is.</summary>
public sealed class ContextQuery
{
    /// <summary>How many tokens it may have at most.</summary>
    public int? MaxTokens { get; set; }

    /// <summary>For whom it is; by default in the fields of this service.</summary>
    public ContextFormat? Format { get; set; }

    /// <summary>What is kept whatever the budget.</summary>
    public Keep? Keep { get; set; }

    /// <summary>Whether reasoning is given; by default it is left out.</summary>
    public ContextReasoning? Reasoning { get; set; }

    /// <summary>How attachments are given; by default they are named only.</summary>
    public AttachmentForm? Attachments { get; set; }

    /// <summary>The branch; by default the current one.</summary>
    public string? Branch { get; set; }

    /// <summary>Which server may answer.</summary>
    public Consistency? Consistency { get; set; }

    internal Query ToQuery() => new()
    {
        { "max_tokens", MaxTokens },
        { "format", Format },
        { "keep", Keep },
        { "reasoning", Reasoning },
        { "attachments", Attachments },
        { "branch", Branch },
        { "consistency", Consistency },
    };
}
