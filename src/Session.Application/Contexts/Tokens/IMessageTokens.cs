namespace SessionService.Application.Contexts.Tokens;

/// <summary>The tokens of messages that were counted before, in the database.</summary>
public interface IMessageTokens
{
    /// <summary>The counts of a tokenizer for the messages of a range, by number. Messages that nobody counted are absent.</summary>
    Task<IReadOnlyDictionary<long, int>> ReadAsync(
        string userId, Guid sessionId, long first, long last, string tokenizer, CancellationToken cancellationToken);
}
