namespace SessionService.Application.Imports;

/// <summary>Counts the results of an import, and tells whether it goes on.</summary>
internal sealed class ImportTally(bool skipsWrongLines)
{
    /// <summary>How many wrong lines end an import that skips them: to read on would cost more than it could bring.</summary>
    public const int MaxWrongLines = 5_000;

    private long _wrongLines;

    public ImportResponse Response { get; } = new();

    public bool HasStopped { get; private set; }

    /// <summary>The file whose lines are read; <see langword="null"/> where the import is a single file.</summary>
    public string? File { get; set; }

    /// <summary>Whether anything was in a known form.</summary>
    public bool HasKnownForm { get; set; }

    /// <summary>The first line that has no known form, if there is one.</summary>
    public ImportRefusal? UnknownForm { get; private set; }

    /// <summary>Whether the import ends at a line with this refusal.</summary>
    public bool StopsAt(ImportRefusal refusal) => !skipsWrongLines || refusal.EndsReading || _wrongLines >= MaxWrongLines;

    /// <summary>Counts a session that the import created.</summary>
    public void CountCreated(Guid sessionId)
    {
        Response.Sessions.Created++;
        if (Response.SessionIds.Count < ImportResponse.MaxSessionIds)
        {
            Response.SessionIds.Add(sessionId);
        }
    }

    public void Fail(long line, ImportKind? kind, ImportRefusal refusal)
    {
        _wrongLines++;
        Count(kind, failed: 1);
        AddError(line, refusal.Code, refusal.Reason);
        if (refusal.IsOfUnknownForm)
        {
            UnknownForm ??= refusal;
        }
        else
        {
            HasKnownForm |= kind is not null;
        }

        if (!StopsAt(refusal))
        {
            return;
        }

        HasStopped = true;
        Response.IsComplete = false;
        if (skipsWrongLines && !refusal.EndsReading)
        {
            // Told beside the errors that are named, however many those are.
            Response.Errors.Add(new ImportError
            {
                File = File,
                Line = line,
                Code = "too_many_errors",
                Reason = $"The import stopped after {MaxWrongLines} wrong lines.",
            });
        }
    }

    /// <summary>Counts the messages from the one that differs from what is stored: nothing more is written to the session.</summary>
    public void Diverge(long line, Guid sessionId, long sequence, int messages)
    {
        Count(ImportKind.Message, messages);
        AddError(
            line,
            "sequence_taken",
            FormattableString.Invariant(
                $"Another message of the session {sessionId} is number {sequence}; nothing more was written to the session."));
        if (Response.DivergedSessions.Count < ImportResponse.MaxErrors)
        {
            Response.DivergedSessions.Add(new DivergedSession { SessionId = sessionId, Sequence = sequence });
        }
    }

    /// <summary>Counts what is not written because of an error that is told already.</summary>
    public void Count(ImportKind? kind, long failed)
    {
        Response.Failed += failed;
        if (kind is { } known)
        {
            CountsOf(known).Failed += failed;
        }
    }

    private void AddError(long line, string code, string reason)
    {
        if (Response.Errors.Count < ImportResponse.MaxErrors)
        {
            Response.Errors.Add(new ImportError { File = File, Line = line, Code = code, Reason = reason });
        }
    }

    private ImportCounts CountsOf(ImportKind kind) => kind switch
    {
        ImportKind.Session => Response.Sessions,
        ImportKind.Message => Response.Messages,
        ImportKind.Memory => Response.Memories,
        ImportKind.Attachment => Response.Attachments,
        ImportKind.Feedback => Response.Feedback,
        _ => Response.UserMemories,
    };
}
