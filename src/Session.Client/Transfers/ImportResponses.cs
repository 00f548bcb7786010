namespace SessionService.Client;

/// <summary>What became of an import.</summary>
public sealed class ImportResponse
{
    /// <summary>Whether all that was sent was read; false where the import stopped at a wrong line.</summary>
    public bool IsComplete { get; set; }

    /// <summary>The sessions.</summary>
    public ImportCounts Sessions { get; set; } = new();

    /// <summary>The ids of the first 1000 sessions that this import created; <c>sessions.created</c> counts all.</summary>
    public IReadOnlyList<Guid> SessionIds { get; set; } = [];

    /// <summary>The messages.</summary>
    public ImportCounts Messages { get; set; } = new();

    /// <summary>The branches of sessions that have more than one, and of those in which a branch has a name.</summary>
    public ImportCounts Branches { get; set; } = new();

    /// <summary>The memories of sessions.</summary>
    public ImportCounts Memories { get; set; } = new();

    /// <summary>The feedback of messages.</summary>
    public ImportCounts Feedback { get; set; } = new();

    /// <summary>The user's own memories, and what they were before, each version by itself.</summary>
    public ImportCounts UserMemories { get; set; } = new();

    /// <summary>The attachments.</summary>
    public ImportCounts Attachments { get; set; } = new();

    /// <summary>
    /// The first 100 sessions that went on in another way than the import from some number on. The import's messages from there on are
    /// in a branch, and the conversation stayed as it was. Where messages of the same ids say something else, nothing was written from
    /// there on. Other sessions are not affected.
    /// </summary>
    public IReadOnlyList<DivergedSession> DivergedSessions { get; set; } = [];

    /// <summary>How many branches of conversations were left out because there were too many.</summary>
    public long SkippedBranches { get; set; }

    /// <summary>True where the import was a trial (<c>dry_run=true</c>), and absent otherwise. Nothing was stored then.</summary>
    public bool? IsDryRun { get; set; }

    /// <summary>How much was wrong, of all kinds, and of lines that are of none.</summary>
    public long Failed { get; set; }

    /// <summary>The first 100 of what was wrong, and after them that the import stopped because of too many errors.</summary>
    public IReadOnlyList<ImportError> Errors { get; set; } = [];
}

/// <summary>What became of the items of one kind.</summary>
public sealed class ImportCounts
{
    /// <summary>Stored by this import.</summary>
    public long Created { get; set; }

    /// <summary>There already, and left as they are.</summary>
    public long Unchanged { get; set; }

    /// <summary>Wrong, and not stored.</summary>
    public long Failed { get; set; }
}

/// <summary>A session whose messages are not those of the import.</summary>
public sealed class DivergedSession
{
    /// <summary>The session's id.</summary>
    public Guid SessionId { get; set; }

    /// <summary>The number in the import of the first message that differs.</summary>
    public long Sequence { get; set; }

    /// <summary>The branch that has the import's messages; absent where they are not stored.</summary>
    public int? BranchId { get; set; }
}

/// <summary>Something wrong in what was to be imported.</summary>
public sealed class ImportError
{
    /// <summary>The file in a zip; absent otherwise.</summary>
    public string? File { get; set; }

    /// <summary>The line, from 1; in a JSON document the number of the session, message, memory or conversation.</summary>
    public long Line { get; set; }

    /// <summary>What is wrong, for programs; stable.</summary>
    public string Code { get; set; } = "";

    /// <summary>What is wrong, for people.</summary>
    public string Reason { get; set; } = "";
}
