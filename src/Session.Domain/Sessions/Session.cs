namespace SessionService.Domain.Sessions;

/// <summary>A conversation of one user, with the totals of its messages.</summary>
public sealed class Session
{
    public required string UserId { get; init; }

    public required Guid SessionId { get; init; }

    public SessionStatus Status { get; private set; }

    public bool IsActive => Status.IsActive();

    /// <summary>Free JSON object, as text.</summary>
    public string ConversationData { get; private set; } = "{}";

    /// <summary>Free JSON object, as text.</summary>
    public string Metadata { get; private set; } = "{}";

    public string SessionSummary { get; private set; } = "";

    /// <summary>The number of messages, and the sequence of the newest one.</summary>
    public long MessageCount { get; private set; }

    public long TotalTokens { get; private set; }

    /// <summary>USD.</summary>
    public decimal TotalCost { get; private set; }

    public DateTimeOffset CreatedAt { get; private set; }

    public DateTimeOffset UpdatedAt { get; private set; }

    public DateTimeOffset LastActivity { get; private set; }

    /// <summary>When the session was put away; <see langword="null"/> where it is not. An ended session stays ended.</summary>
    public DateTimeOffset? ArchivedAt { get; private set; }

    /// <summary>The session that this one went on from, if there was one; it may be gone since.</summary>
    public Guid? ForkedFromSessionId { get; private set; }

    /// <summary>The last message that the two have in common.</summary>
    public long? ForkedFromSequence { get; private set; }

    /// <summary>How many of the messages, from the first, were copied, and count in the statistics where they were written.</summary>
    public long CopiedMessages { get; private set; }

    /// <summary>The tokens of the copied messages.</summary>
    public long CopiedTokens { get; private set; }

    /// <summary>The cost of the copied messages, USD.</summary>
    public decimal CopiedCost { get; private set; }

    /// <summary>Whether everything that follows from the messages tells of the session as it is; otherwise what is newer is to be added.</summary>
    public bool IsDigested { get; private set; } = true;

    /// <summary>The messages 1 to this one are in everything that follows from messages; all of them where the session is digested.</summary>
    public long DigestedMessages { get; private set; }

    /// <summary><see cref="TotalCost"/> as of the last digest, and as it is where the session is digested.</summary>
    public decimal DigestedCost { get; private set; }

    /// <summary><see cref="LastActivity"/> as of the last digest, and as it is where the session is digested.</summary>
    public DateTimeOffset DigestedActivity { get; private set; }

    public static Session Start(string userId, Guid sessionId, string? conversationData, string? metadata, DateTimeOffset now) => new()
    {
        UserId = userId,
        SessionId = sessionId,
        Status = SessionStatus.Active,
        ConversationData = conversationData ?? "{}",
        Metadata = metadata ?? "{}",
        CreatedAt = now,
        UpdatedAt = now,
        LastActivity = now,
        DigestedActivity = now,
    };

    /// <summary>A session as it was elsewhere or before, without its messages: these are put back after it, and its totals follow from them.</summary>
    public static Session PutBack(
        string userId,
        Guid sessionId,
        SessionStatus status,
        SessionChanges content,
        DateTimeOffset createdAt,
        DateTimeOffset updatedAt,
        DateTimeOffset lastActivity,
        DateTimeOffset? archivedAt,
        (Guid SessionId, long Sequence)? forkedFrom)
    {
        var session = Start(userId, sessionId, content.ConversationData, content.Metadata, createdAt);
        session.Status = status;
        session.SessionSummary = content.SessionSummary ?? "";
        session.UpdatedAt = updatedAt;
        session.LastActivity = lastActivity;
        session.DigestedActivity = lastActivity;
        session.ArchivedAt = archivedAt;
        session.ForkedFromSessionId = forkedFrom?.SessionId;
        session.ForkedFromSequence = forkedFrom?.Sequence;
        return session;
    }

    /// <summary>Replaces what is given and leaves what is <see langword="null"/>.</summary>
    /// <exception cref="Errors.ConflictException">The status may not change so; nothing has changed then.</exception>
    public void Update(SessionChanges changes, DateTimeOffset now)
    {
        if (changes.Status is { } status && !Status.MayBecome(status))
        {
            throw SessionErrors.StatusChangeNotAllowed(Status, status);
        }

        if (changes == SessionChanges.None)
        {
            return;
        }

        if (changes.Status is { } next && next != Status)
        {
            ArchivedAt = next == SessionStatus.Archived ? now : null;
        }

        Status = changes.Status ?? Status;
        ConversationData = changes.ConversationData ?? ConversationData;
        Metadata = changes.Metadata ?? Metadata;
        SessionSummary = changes.SessionSummary ?? SessionSummary;
        LastActivity = changes.LastActivity ?? LastActivity;
        IsDigested &= changes.LastActivity is null;
        Touch(now);
    }

    /// <summary>Ends the session from whatever status it has; ending it again changes nothing.</summary>
    public void End(DateTimeOffset now)
    {
        if (Status != SessionStatus.Ended)
        {
            Status = SessionStatus.Ended;
            Touch(now);
        }
    }

    /// <summary>Puts the session away, from whatever status it has. An ended one stays ended, and is marked only; doing it again changes nothing.</summary>
    public void Archive(DateTimeOffset now)
    {
        if (ArchivedAt is null)
        {
            Status = Status == SessionStatus.Ended ? Status : SessionStatus.Archived;
            ArchivedAt = now;
            Touch(now);
        }
    }

    /// <summary>Takes the session up again: one that was put away or had expired becomes active, unless it has ended.</summary>
    public void Restore(DateTimeOffset now)
    {
        if (ArchivedAt is not null || Status is SessionStatus.Archived or SessionStatus.Expired)
        {
            Status = Status == SessionStatus.Ended ? Status : SessionStatus.Active;
            ArchivedAt = null;
            Touch(now);
        }
    }

    // Instances' clocks differ by a little: a later change must not carry an earlier time.
    private void Touch(DateTimeOffset now) => UpdatedAt = now > UpdatedAt ? now : UpdatedAt;
}

/// <summary>What an update replaces; <see langword="null"/> leaves the value alone. JSON as text.</summary>
public sealed record SessionChanges(
    SessionStatus? Status,
    string? ConversationData,
    string? Metadata,
    string? SessionSummary,
    DateTimeOffset? LastActivity)
{
    public static readonly SessionChanges None = new(null, null, null, null, null);
}
