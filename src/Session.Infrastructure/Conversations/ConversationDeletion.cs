using SessionService.Application.Conversations;
using SessionService.Infrastructure.Erasure;
using SessionService.Infrastructure.Persistence;
using SessionService.Infrastructure.Search;

namespace SessionService.Infrastructure.Conversations;

/// <remarks>By hand for FOR UPDATE.</remarks>
internal sealed class ConversationDeletion(Database database, SearchSegments index) : IConversationDeletion
{
    private const string Lock = "SELECT session_id FROM dev.sessions WHERE user_id = $1 AND session_id = $2 FOR UPDATE";

    public Task<bool> DeleteAsync(string userId, Guid sessionId, CancellationToken cancellationToken) =>
        database.InTransactionAsync(sql => DeleteAsync(sql, userId, sessionId, cancellationToken), cancellationToken);

    private async Task<bool> DeleteAsync(Sql sql, string userId, Guid sessionId, CancellationToken cancellationToken)
    {
        // Before the session, in the order of a digest, so that the two never wait for each other.
        await SearchSegments.LockAsync(sql, userId, cancellationToken);
        if (await sql.Statement(Lock, userId, sessionId).ValueAsync<Guid?>(cancellationToken) is null)
        {
            return false;
        }

        await index.RemoveAsync(sql, userId, message => message.SessionId == sessionId, cancellationToken);
        await SessionErasure.EraseAsync(sql, userId, [sessionId], cancellationToken);
        return true;
    }
}
