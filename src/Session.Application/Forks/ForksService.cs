using SessionService.Application.Idempotency;
using SessionService.Application.Sessions;
using SessionService.Application.Time;
using SessionService.Domain.Errors;
using SessionService.Domain.Idempotency;
using SessionService.Domain.Sessions;

namespace SessionService.Application.Forks;

/// <summary>Forks sessions.</summary>
public sealed class ForksService(IForkStore forks, TimeProvider time)
{
    /// <exception cref="NotFoundException">The user has no such session.</exception>
    /// <exception cref="ConflictException">
    /// The session has no such message, or too many; or the key was used for another request.
    /// </exception>
    public async Task<Written<SessionResponse>> ForkAsync(
        string userId, Guid sessionId, ForkSessionRequest request, string? idempotencyKey, CancellationToken cancellationToken)
    {
        var now = time.GetDatabaseNow();
        var key = IdempotencyKey.Of(idempotencyKey, $"fork_session {sessionId}", request);
        var result = await forks.ForkAsync(
            new Fork(userId, sessionId, Guid.CreateVersion7(now), request.ThroughSequence, key, now), cancellationToken);
        switch (result.Outcome)
        {
            case ForkOutcome.Created or ForkOutcome.Replayed:
                return new Written<SessionResponse>(result.Session!, result.Outcome == ForkOutcome.Replayed);

            case ForkOutcome.MessageNotFound:
                throw SessionErrors.MessageNotFound(request.ThroughSequence!.Value, result.Messages);

            case ForkOutcome.MessageNotShown:
                throw BranchErrors.NotOnPath("through_sequence");

            case ForkOutcome.TooLarge:
                throw SessionErrors.ForkTooLarge(IForkStore.MaxMessages);

            case ForkOutcome.KeyReused:
                throw IdempotencyErrors.KeyReused();

            default:
                throw SessionErrors.NotFound();
        }
    }
}
