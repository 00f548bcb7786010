using SessionService.Application.Branches;
using SessionService.Application.Sessions;
using SessionService.Application.Time;
using SessionService.Domain.Errors;
using SessionService.Domain.Sessions;

namespace SessionService.Application.MemorySearch;

/// <summary>Searches memories and messages by meaning and by word.</summary>
public sealed class MemorySearchService(IMemorySearch search, ISessionStore sessions, TimeProvider time)
{
    /// <summary>Searches all memories and messages of a user.</summary>
    public Task<SearchMemoriesResponse> SearchAsync(string userId, SearchMemoriesRequest request, CancellationToken cancellationToken) =>
        SearchAsync(userId, request.SessionId, request, cancellationToken);

    /// <summary>Searches a session's messages, its memory, and the user's memories that came from it.</summary>
    /// <exception cref="NotFoundException">The user has no such session.</exception>
    public async Task<SearchMemoriesResponse> SearchSessionAsync(
        string userId, Guid sessionId, SearchMemoriesRequest request, CancellationToken cancellationToken)
    {
        if (await sessions.FindAsync(userId, sessionId, cancellationToken) is null)
        {
            throw SessionErrors.NotFound();
        }

        return await SearchAsync(userId, sessionId, request, cancellationToken);
    }

    private Task<SearchMemoriesResponse> SearchAsync(
        string userId, Guid? sessionId, SearchMemoriesRequest request, CancellationToken cancellationToken)
    {
        var branch = BranchChoice.Parse(request.Branch);
        if (branch.BranchId is not null && sessionId is null)
        {
            throw new InvalidFieldException("branch", "must be all, unless session_id is given");
        }

        return search.SearchAsync(
            new MemoryQuestion
            {
                UserId = userId,
                Query = request.Query!,
                TopK = request.TopK ?? SearchMemoriesRequest.DefaultTopK,
                Mode = request.Mode ?? MemorySearchModes.Best,
                Sources = [.. MemorySources.All.Where(request.Includes)],
                SessionId = sessionId,
                Branch = branch,
                MemoryType = request.MemoryType,
                Role = request.Role,
                // Every object contains the empty object, so it is no condition.
                Metadata = request.Metadata is { } metadata && !metadata.Value.AsSpan()[1..^1].IsWhiteSpace() ? metadata.Value : null,
                CreatedAfter = request.CreatedAfter?.ToDatabaseTime(),
                CreatedBefore = request.CreatedBefore?.ToDatabaseTime(),
                ValidAt = request.IncludeExpired == true ? null : time.GetDatabaseNow(),
            },
            cancellationToken);
    }
}
