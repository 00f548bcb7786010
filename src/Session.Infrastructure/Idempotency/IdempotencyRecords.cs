using Microsoft.EntityFrameworkCore;
using SessionService.Application.Idempotency;
using SessionService.Domain.Errors;
using SessionService.Domain.Idempotency;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Idempotency;

/// <summary>The writes that were made with a key.</summary>
internal sealed class IdempotencyRecords(SessionContexts contexts)
{
    /// <summary>The write that was made under a key, as of now; <see langword="null"/> when there is none.</summary>
    public async Task<IdempotencyRecord?> FindAsync(string userId, IdempotencyKey key, CancellationToken cancellationToken)
    {
        await using var context = contexts.OfPrimary();
        return await context.IdempotencyRecords.AsNoTracking()
            .SingleOrDefaultAsync(record => record.UserId == userId && record.Key == key.Value, cancellationToken);
    }

    /// <summary>
    /// The record of the write that was made under a key; <see langword="null"/> when there is none. Read in the transaction of the
    /// context, after the lock that writes with this key wait for.
    /// </summary>
    /// <exception cref="ConflictException">The key belongs to another request.</exception>
    public static async Task<IdempotencyRecord?> FindAsync(
        SessionDbContext context, string userId, IdempotencyKey? key, CancellationToken cancellationToken)
    {
        if (key is null)
        {
            return null;
        }

        var record = await context.IdempotencyRecords.AsNoTracking()
            .SingleOrDefaultAsync(record => record.UserId == userId && record.Key == key.Value, cancellationToken);
        return record is null || record.IsOf(key.RequestHash) ? record : throw IdempotencyErrors.KeyReused();
    }

    /// <summary>Takes a key with the next save of the context.</summary>
    /// <param name="context">The context of the write's transaction.</param>
    /// <param name="userId">The owner of the key.</param>
    /// <param name="key">The key.</param>
    /// <param name="answer">What the first answer told that does not follow from the request, as JSON.</param>
    /// <param name="now">The time of the write.</param>
    /// <param name="sessionId">The session that the request names, if it names one: the key is erased with it.</param>
    public static void Take(
        SessionDbContext context, string userId, IdempotencyKey? key, string answer, DateTimeOffset now, Guid sessionId = default)
    {
        if (key is not null)
        {
            context.IdempotencyRecords.Add(new IdempotencyRecord
            {
                UserId = userId,
                Key = key.Value,
                RequestHash = key.RequestHash,
                SessionId = sessionId,
                Answer = answer,
                CreatedAt = now,
            });
        }
    }
}
