namespace SessionService.Application.Conversations;

/// <summary>Deletes conversations for good.</summary>
public interface IConversationDeletion
{
    /// <summary>Deletes a session with everything that belongs to it; false when there is no such session.</summary>
    Task<bool> DeleteAsync(string userId, Guid sessionId, CancellationToken cancellationToken);
}
