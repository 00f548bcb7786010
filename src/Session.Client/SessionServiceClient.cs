namespace SessionService.Client;

/// <summary>
/// The Session Service, one property a feature. Many threads may use it. It is registered by <c>AddSessionServiceClient</c>.
/// </summary>
public sealed class SessionServiceClient
{
    private readonly Connection _connection;

    internal SessionServiceClient(Connection connection)
    {
        _connection = connection;
        Sessions = new(connection);
        Messages = new(connection);
        Live = new(connection);
        Contexts = new(connection);
        Memories = new(connection);
        UserMemories = new(connection);
        MemorySearch = new(connection);
        Branches = new(connection);
        Feedback = new(connection);
        Attachments = new(connection);
        Search = new(connection);
        Usage = new(connection);
        Transfers = new(connection);
        Erasure = new(connection);
        Keys = new(connection);
        Webhooks = new(connection);
    }

    /// <summary>The user for whom the requests are; <see langword="null"/> where no user is named.</summary>
    public string? UserId => _connection.UserId;

    /// <summary>Sessions.</summary>
    public SessionsClient Sessions { get; }

    /// <summary>The messages of sessions.</summary>
    public MessagesClient Messages { get; }

    /// <summary>What happens, as it happens.</summary>
    public LiveClient Live { get; }

    /// <summary>What a model is given of a session.</summary>
    public ContextsClient Contexts { get; }

    /// <summary>The memories of sessions.</summary>
    public MemoriesClient Memories { get; }

    /// <summary>The memories of users.</summary>
    public UserMemoriesClient UserMemories { get; }

    /// <summary>The search of memories by a question.</summary>
    public MemorySearchClient MemorySearch { get; }

    /// <summary>The branches of sessions.</summary>
    public BranchesClient Branches { get; }

    /// <summary>What somebody thinks of messages.</summary>
    public FeedbackClient Feedback { get; }

    /// <summary>Pictures and files of users.</summary>
    public AttachmentsClient Attachments { get; }

    /// <summary>The full text search.</summary>
    public SearchClient Search { get; }

    /// <summary>Usage and statistics.</summary>
    public UsageClient Usage { get; }

    /// <summary>Exports and imports.</summary>
    public TransfersClient Transfers { get; }

    /// <summary>Counts and erases data for good.</summary>
    public ErasureClient Erasure { get; }

    /// <summary>API keys, for the key of a service.</summary>
    public KeysClient Keys { get; }

    /// <summary>Webhooks of the service, or of the user.</summary>
    public WebhooksClient Webhooks { get; }

    /// <summary>The same client for another user. It is cheap: make one for each request.</summary>
    public SessionServiceClient ForUser(string userId)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(userId);
        return new(_connection.ForUser(userId));
    }
}
