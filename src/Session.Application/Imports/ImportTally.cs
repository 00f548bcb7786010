namespace SessionService.Application.Imports;

/// <summary>Counts the results of an import, and tells whether it goes on.</summary>
internal sealed class ImportTally(bool skipsWrongLines)
{
    public ImportResponse Response { get; } = new();

    public bool HasStopped { get; private set; }

    /// <summary>Whether the import ends at a line with this refusal.</summary>
    public bool StopsAt(ImportRefusal refusal) => !skipsWrongLines || refusal.EndsReading;

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
        Response.Failed++;
        if (kind is { } known)
        {
            CountsOf(known).Failed++;
        }

        if (Response.Errors.Count < ImportResponse.MaxErrors)
        {
            Response.Errors.Add(new ImportError { Line = line, Code = refusal.Code, Reason = refusal.Reason });
        }

        if (StopsAt(refusal))
        {
            HasStopped = true;
            Response.IsComplete = false;
        }
    }

    private ImportCounts CountsOf(ImportKind kind) => kind switch
    {
        ImportKind.Session => Response.Sessions,
        ImportKind.Message => Response.Messages,
        ImportKind.Memory => Response.Memories,
        _ => Response.UserMemories,
    };
}
