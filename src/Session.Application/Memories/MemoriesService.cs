using AutoMapper;
using SessionService.Application.Branches;
using SessionService.Application.Idempotency;
using SessionService.Application.Time;
using SessionService.Domain.Errors;
using SessionService.Domain.Idempotency;
using SessionService.Domain.Memories;
using SessionService.Domain.Sessions;

namespace SessionService.Application.Memories;

/// <summary>Writes and reads the one memory of a session.</summary>
public sealed class MemoriesService(IMemoryStore memories, IBranchStore branches, IMapper mapper, TimeProvider time)
{
    /// <returns>The memory, and whether it is the session's first.</returns>
    /// <exception cref="NotFoundException">The user has no such session.</exception>
    /// <exception cref="ConflictException">The key was used for another request.</exception>
    public async Task<(Written<MemoryResponse> Memory, bool IsFirst)> WriteAsync(
        string userId, Guid sessionId, WriteMemoryRequest request, string? idempotencyKey, CancellationToken cancellationToken)
    {
        var now = time.GetDatabaseNow();
        var memory = new SessionMemory
        {
            UserId = userId,
            SessionId = sessionId,
            MemoryId = Guid.CreateVersion7(now),
            MemoryType = request.MemoryType ?? WriteMemoryRequest.DefaultType,
            Content = request.Content!,
            Metadata = request.Metadata?.Value ?? "{}",
            UserPreferences = request.UserPreferences?.Value ?? "{}",
            OngoingTasks = request.OngoingTasks?.Value ?? "[]",
            LastSummaryAt = now,
            CreatedAt = now,
            UpdatedAt = now,
        };

        var key = IdempotencyKey.Of(idempotencyKey, $"write_memory {sessionId}", request);
        var result = await memories.WriteAsync(memory, key, cancellationToken);
        return result.Outcome switch
        {
            WriteMemoryOutcome.Written or WriteMemoryOutcome.Replayed => (
                new Written<MemoryResponse>(
                    Map(result.Memory!, messagesSince: 0), result.Outcome == WriteMemoryOutcome.Replayed),
                result.IsFirst),
            WriteMemoryOutcome.KeyReused => throw IdempotencyErrors.KeyReused(),
            _ => throw SessionErrors.NotFound(),
        };
    }

    /// <exception cref="NotFoundException">The user has no such session, or it has no memory.</exception>
    public async Task<MemoryResponse> GetAsync(string userId, Guid sessionId, CancellationToken cancellationToken)
    {
        var found = await memories.FindAsync(userId, sessionId, cancellationToken) ?? throw SessionErrors.NotFound();
        var memory = found.Memory ?? throw MemoryErrors.NotFound();
        var messagesSince = Math.Max(0, found.MessageCount - memory.TotalMessages);
        if (found.HasBranches)
        {
            var path = await branches.FindPathAsync(userId, sessionId, branchId: null, cancellationToken)
                ?? throw SessionErrors.NotFound();
            messagesSince = path.CountBetween(memory.TotalMessages, found.MessageCount);
        }

        return Map(memory, messagesSince);
    }

    private MemoryResponse Map(SessionMemory memory, long messagesSince) =>
        mapper.Map<MemoryResponse>(memory, options => options.Items[MemoryMapping.MessagesSince] = messagesSince);
}
