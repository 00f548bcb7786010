namespace SessionService.Domain.Sessions;

/// <summary>A conversation of one user, with the totals of its messages.</summary>
public sealed class Session
{
    /// <summary>Unicode code points of a title.</summary>
    public const int MaxTitleLength = 500;

    public required string UserId { get; init; }

    public required Guid SessionId { get; init; }

    public SessionStatus Status { get; private set; }

    public bool IsActive => Status.IsActive();

    /// <summary>Free JSON object, as text.</summary>
    public string ConversationData { get; private set; } = "{}";

    /// <summary>Free JSON object, as text.</summary>
    public string Metadata { get; private set; } = "{}";

    public string SessionSummary { get; private set; } = "";

    /// <summary>What its user calls it; <see langword="null"/> where nobody named it.</summary>
    public string? Title { get; private set; }

    public bool IsStarred => StarredAt is not null;

    /// <summary>When its user starred it; <see langword="null"/> where it is not starred.</summary>
    public DateTimeOffset? StarredAt { get; private set; }

    /// <summary>The number of messages, and the sequence of the newest one.</summary>
    public long MessageCount { get; private set; }

    /// <summary>
    /// The branch that is the conversation; <see langword="null"/> where all messages are, as in a session that was never rewound.
    /// </summary>
    public int? CurrentBranch { get; private set; }

    /// <summary>How many of the messages the conversation does not show.</summary>
    public long HiddenMessages { get; private set; }

    /// <summary>How many messages the conversation shows.</summary>
    public long VisibleMessages => MessageCount - HiddenMessages;

    /// <summary>The numbers of the messages that are in progress, ascending; <see langword="null"/> where there are none.</summary>
    public long[]? OpenMessages { get; private set; }

    /// <summary>How many messages, from the first, are before the first one that is in progress: these do not change.</summary>
    public long SettledMessages => OpenMessages is [var first, ..] ? first - 1 : MessageCount;

    /// <summary>How many of the messages, from the first, are packed.</summary>
    public long PackedMessages { get; private set; }

    public long TotalTokens { get; private set; }

    /// <summary>USD.</summary>
    public decimal TotalCost { get; private set; }

    public DateTimeOffset CreatedAt { get; private set; }

    public DateTimeOffset UpdatedAt { get; private set; }

    public DateTimeOffset LastActivity { get; private set; }

    /// <summary>When the session was put away; <see langword="null"/> where it is not. An ended session stays ended.</summary>
    public DateTimeOffset? ArchivedAt { get; private set; }

    /// <summary>
    /// When something was last imported into the session, its memory was last written, or feedback was last given;
    /// <see langword="null"/> where nothing of this happened.
    /// Retention counts it as use. Clients see the times of the session as they were imported.
    /// </summary>
    public DateTimeOffset? UsedAt { get; private set; }

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

    /// <summary>Starts at 1 and grows by one with every change, messages included.</summary>
    public long Revision { get; private set; } = 1;

    /// <summary>
    /// Grows by one with every change but the arrival of messages: title, status, memory, branches, redaction, feedback. Followers are told
    /// of each.
    /// </summary>
    public long Changes { get; private set; }

    /// <summary>When <see cref="Changes"/> last grew, or messages with times of their own came.</summary>
    public DateTimeOffset ChangedAt { get; private set; }

    /// <summary>
    /// When messages last came, or were completed, whose times are not those of their arrival; <see langword="null"/> where none did.
    /// From then on the times of messages do not tell which of them are new.
    /// </summary>
    public DateTimeOffset? BackfilledAt { get; private set; }

    /// <summary>The ETag: it changes with every change, and differs from those of an erased session with the same id.</summary>
    public string VersionTag => Tag(Revision, CreatedAt);

    /// <summary>The tag of a session in one of its revisions.</summary>
    public static string Tag(long revision, DateTimeOffset createdAt) => $"{revision:x}-{createdAt.UtcTicks:x}";

    /// <summary>Whether all derived data (search index, usage, vectors, sort keys) is current.</summary>
    public bool IsDigested { get; private set; } = true;

    /// <summary>Messages 1 to this one are in the derived data.</summary>
    public long DigestedMessages { get; private set; }

    /// <summary><see cref="TotalCost"/> as of the last digest.</summary>
    public decimal DigestedCost { get; private set; }

    /// <summary><see cref="LastActivity"/> as of the last digest.</summary>
    public DateTimeOffset DigestedActivity { get; private set; }

    /// <param name="createdAt">When the conversation began, where that was before <paramref name="now"/>.</param>
    public static Session Start(
        string userId,
        Guid sessionId,
        string? title,
        string? conversationData,
        string? metadata,
        DateTimeOffset now,
        DateTimeOffset? createdAt = null) => new()
        {
            UserId = userId,
            SessionId = sessionId,
            Status = SessionStatus.Active,
            Title = title,
            ConversationData = conversationData ?? "{}",
            Metadata = metadata ?? "{}",
            CreatedAt = createdAt ?? now,
            UpdatedAt = now,
            LastActivity = now,
            DigestedActivity = now,
            ChangedAt = now,
        };

    /// <summary>A session from an export, without its messages: they are imported after it, and its totals follow from them.</summary>
    public static Session PutBack(
        string userId,
        Guid sessionId,
        SessionStatus status,
        SessionChanges content,
        DateTimeOffset createdAt,
        DateTimeOffset updatedAt,
        DateTimeOffset lastActivity,
        DateTimeOffset? archivedAt,
        DateTimeOffset? starredAt,
        (Guid SessionId, long Sequence)? forkedFrom,
        DateTimeOffset now)
    {
        var session = Start(userId, sessionId, content.Title, content.ConversationData, content.Metadata, createdAt);
        session.Status = status;
        session.SessionSummary = content.SessionSummary ?? "";
        session.UpdatedAt = updatedAt;
        session.LastActivity = lastActivity;
        session.DigestedActivity = lastActivity;
        session.ArchivedAt = status switch
        {
            SessionStatus.Archived => archivedAt ?? updatedAt,
            SessionStatus.Ended => archivedAt,
            _ => null,
        };
        session.StarredAt = starredAt;
        session.UsedAt = now;
        session.ChangedAt = now;
        session.ForkedFromSessionId = forkedFrom?.SessionId;
        session.ForkedFromSequence = forkedFrom?.Sequence;
        return session;
    }

    /// <summary>
    /// A copy for another user, with the same content and times. All its messages count as copied. It does not tell where it came from, as
    /// that is another user's session. It ends before the first message that is in progress.
    /// </summary>
    /// <param name="hiddenMessages">How many of the copied messages the conversation does not show.</param>
    /// <param name="tokens">The tokens of the copied messages.</param>
    /// <param name="cost">Their cost, USD.</param>
    public Session CopyFor(string userId, Guid sessionId, long hiddenMessages, long tokens, decimal cost, DateTimeOffset now) => new()
    {
        UserId = userId,
        SessionId = sessionId,
        Status = Status,
        ConversationData = ConversationData,
        Metadata = Metadata,
        SessionSummary = SessionSummary,
        Title = Title,
        StarredAt = StarredAt,
        MessageCount = SettledMessages,
        CurrentBranch = CurrentBranch,
        HiddenMessages = hiddenMessages,
        TotalTokens = tokens,
        TotalCost = cost,
        CreatedAt = CreatedAt,
        UpdatedAt = UpdatedAt,
        LastActivity = LastActivity,
        ArchivedAt = ArchivedAt,
        UsedAt = now,
        ChangedAt = now,
        BackfilledAt = now,
        CopiedMessages = SettledMessages,
        CopiedTokens = tokens,
        CopiedCost = cost,
        IsDigested = SettledMessages == 0,
        DigestedActivity = LastActivity,
    };

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
        Title = changes.RemovesTitle ? null : changes.Title ?? Title;
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

    /// <summary>
    /// Archives the session, whatever its status. An ended session stays ended and gets a time of archival only. Archiving it again changes
    /// nothing.
    /// </summary>
    public void Archive(DateTimeOffset now)
    {
        if (ArchivedAt is null)
        {
            Status = Status == SessionStatus.Ended ? Status : SessionStatus.Archived;
            ArchivedAt = now;
            Touch(now);
        }
    }

    /// <summary>Makes an archived or expired session active again. An ended session stays ended and loses its time of archival.</summary>
    public void Restore(DateTimeOffset now)
    {
        if (ArchivedAt is not null || Status is SessionStatus.Archived or SessionStatus.Expired)
        {
            Status = Status == SessionStatus.Ended ? Status : SessionStatus.Active;
            ArchivedAt = null;
            Touch(now);
        }
    }

    /// <summary>Makes a branch the conversation. An archived or expired session becomes active.</summary>
    /// <param name="branchId">The branch.</param>
    /// <param name="visibleMessages">How many messages the branch has.</param>
    /// <param name="now">The current time.</param>
    /// <exception cref="Errors.ConflictException">The session has ended.</exception>
    public void Show(int branchId, long visibleMessages, DateTimeOffset now)
    {
        if (Status == SessionStatus.Ended)
        {
            throw SessionErrors.Ended();
        }

        (CurrentBranch, HiddenMessages) = (branchId, MessageCount - visibleMessages);
        if (Status is SessionStatus.Archived or SessionStatus.Expired)
        {
            (Status, ArchivedAt) = (SessionStatus.Active, null);
        }

        Touch(now);
    }

    /// <summary>Counts a message that was in progress, now that it is whole.</summary>
    public void CloseMessage(long sequence, long tokens, decimal cost, DateTimeOffset now)
    {
        long[] rest = [.. OpenMessages!.Where(open => open != sequence)];
        OpenMessages = rest.Length == 0 ? null : rest;
        TotalTokens += tokens;
        TotalCost += cost;
        LastActivity = now > LastActivity ? now : LastActivity;
        BackfilledAt = BackfilledAt > now ? BackfilledAt : now;
        IsDigested = false;
        Touch(now);
    }

    /// <summary>Notes that something of the session changed that has a table of its own.</summary>
    public void NoteChange(DateTimeOffset now) => Touch(now);

    /// <summary>Adds or removes the star. A star that the session has keeps its time.</summary>
    public void Star(bool isStarred, DateTimeOffset now)
    {
        if (isStarred != IsStarred)
        {
            StarredAt = isStarred ? now : null;
            Touch(now);
        }
    }

    // Instances' clocks differ by a little: a later change must not carry an earlier time.
    private void Touch(DateTimeOffset now)
    {
        UpdatedAt = now > UpdatedAt ? now : UpdatedAt;
        ChangedAt = now > ChangedAt ? now : ChangedAt;
        Changes++;
        Revision++;
    }
}

/// <summary>What an update replaces; <see langword="null"/> leaves the value alone. JSON as text.</summary>
public sealed record SessionChanges(
    SessionStatus? Status,
    string? ConversationData,
    string? Metadata,
    string? SessionSummary,
    DateTimeOffset? LastActivity,
    string? Title = null,
    bool RemovesTitle = false)
{
    public static readonly SessionChanges None = new(null, null, null, null, null);
}
