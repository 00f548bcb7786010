using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;

namespace SessionService.Application.Imports;

/// <summary>What became of an import.</summary>
public sealed class ImportResponse
{
    /// <summary>How many wrong lines are named.</summary>
    public const int MaxErrors = 100;

    /// <summary>How many sessions are named.</summary>
    public const int MaxSessionIds = 1_000;

    /// <summary>Whether all that was sent was read; false where the import stopped at a wrong line.</summary>
    /// <example>true</example>
    [Required]
    public bool IsComplete { get; set; } = true;

    /// <summary>The sessions.</summary>
    [Required]
    public ImportCounts Sessions { get; } = new();

    /// <summary>The ids of the first 1000 sessions that this import created; <c>sessions.created</c> counts all.</summary>
    [Required]
    public IList<Guid> SessionIds { get; } = [];

    /// <summary>The messages.</summary>
    [Required]
    public ImportCounts Messages { get; } = new();

    /// <summary>The memories of sessions.</summary>
    [Required]
    public ImportCounts Memories { get; } = new();

    /// <summary>The feedback of messages.</summary>
    [Required]
    public ImportCounts Feedback { get; } = new();

    /// <summary>The user's own memories, and what they were before, each version by itself.</summary>
    [Required]
    public ImportCounts UserMemories { get; } = new();

    /// <summary>The attachments.</summary>
    [Required]
    public ImportCounts Attachments { get; } = new();

    /// <summary>
    /// The first 100 sessions that have other messages than the import from some number on. They were left as they are: nothing from that
    /// number on was written to them. Other sessions are not affected.
    /// </summary>
    /// <example>[]</example>
    [Required]
    public IList<DivergedSession> DivergedSessions { get; } = [];

    /// <summary>How many branches of conversations were left out: of a tree only the current path is imported.</summary>
    /// <example>0</example>
    [Required]
    public long SkippedBranches { get; set; }

    /// <summary>True where the import was a trial (<c>dry_run=true</c>), and absent otherwise. Nothing was stored then.</summary>
    /// <example>null</example>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? IsDryRun { get; set; }

    /// <summary>How much was wrong, of all kinds, and of lines that are of none.</summary>
    /// <example>0</example>
    [Required]
    public long Failed { get; set; }

    /// <summary>The first 100 of what was wrong, and after them that the import stopped because of too many errors.</summary>
    /// <example>[]</example>
    [Required]
    public IList<ImportError> Errors { get; } = [];
}

/// <summary>What became of the items of one kind.</summary>
public sealed class ImportCounts
{
    /// <summary>Stored by this import.</summary>
    /// <example>1</example>
    [Required]
    public long Created { get; set; }

    /// <summary>There already, and left as they are.</summary>
    /// <example>0</example>
    [Required]
    public long Unchanged { get; set; }

    /// <summary>Wrong, and not stored.</summary>
    /// <example>0</example>
    [Required]
    public long Failed { get; set; }

    internal void Count(bool isNew)
    {
        Created += isNew ? 1 : 0;
        Unchanged += isNew ? 0 : 1;
    }
}

/// <summary>A session whose messages are not those of the import.</summary>
public sealed class DivergedSession
{
    /// <summary>The session's id.</summary>
    /// <example>a87a9d6e-4137-4d41-8ab8-a13c4abcc83e</example>
    [Required]
    public required Guid SessionId { get; init; }

    /// <summary>The number of the first message that differs.</summary>
    /// <example>2</example>
    [Required]
    public required long Sequence { get; init; }
}

/// <summary>Something wrong in what was to be imported.</summary>
public sealed class ImportError
{
    /// <summary>The file in a zip; absent otherwise.</summary>
    /// <example>null</example>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? File { get; init; }

    /// <summary>The line, from 1; in a JSON document the number of the session, message, memory or conversation.</summary>
    /// <example>3</example>
    [Required]
    public required long Line { get; init; }

    /// <summary>What is wrong, for programs; stable.</summary>
    /// <example>validation_failed</example>
    [Required]
    public required string Code { get; init; }

    /// <summary>What is wrong, for people.</summary>
    /// <example>role: must be one of user, assistant, system, developer, tool</example>
    [Required]
    public required string Reason { get; init; }
}
