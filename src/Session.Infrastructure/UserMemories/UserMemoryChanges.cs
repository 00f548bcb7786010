using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using SessionService.Application.Idempotency;
using SessionService.Domain.UserMemories;
using SessionService.Infrastructure.Idempotency;
using SessionService.Infrastructure.MemorySearch;
using SessionService.Infrastructure.Persistence;
using SessionService.Infrastructure.Persistence.Configurations;
using SessionService.Infrastructure.Search;

namespace SessionService.Infrastructure.UserMemories;

/// <summary>Changes and removes memories of a user, once for each idempotency key.</summary>
internal sealed class UserMemoryChanges(SessionDbContext context, TextAnalyzer analyzer)
{
    public Task<Written<UserMemory>?> ChangeAsync(
        string userId, Guid memoryId, IdempotencyKey? key, Func<UserMemory, UserMemory> change, CancellationToken cancellationToken) =>
        context.InTransactionAsync(
            () => ChangeLockedAsync(userId, memoryId, key, change, cancellationToken), cancellationToken);

    public Task<bool?> DeleteAsync(
        string userId,
        Guid memoryId,
        IdempotencyKey? key,
        DateTimeOffset now,
        Action<UserMemory> check,
        CancellationToken cancellationToken) =>
        context.InTransactionAsync(
            () => DeleteLockedAsync(userId, memoryId, key, now, check, cancellationToken), cancellationToken);

    private async Task<Written<UserMemory>?> ChangeLockedAsync(
        string userId, Guid memoryId, IdempotencyKey? key, Func<UserMemory, UserMemory> change, CancellationToken cancellationToken)
    {
        // A retry waits here for the request that it repeats, and then sees its key.
        var locked = await LockAsync(userId, memoryId, cancellationToken);
        var record = await IdempotencyRecords.FindAsync(context, userId, key, cancellationToken);
        if (locked is not { } found)
        {
            return null;
        }

        if (record is not null)
        {
            var made = JsonSerializer.Deserialize<MadeVersion>(record.Answer)!;
            return await FindVersionAsync(found, made.Version, cancellationToken) is { } version ? new(version, IsReplay: true) : null;
        }

        var changed = change(found);
        if ((changed.SessionId, changed.Sequence) != (found.SessionId, found.Sequence))
        {
            await CheckOriginAsync(changed, cancellationToken);
        }

        IdempotencyRecords.Take(context, userId, key, JsonSerializer.Serialize(new MadeVersion(changed.Version)), changed.UpdatedAt);
        if (changed == found)
        {
            await context.SaveChangesAsync(cancellationToken);
        }
        else
        {
            await ReplaceAsync(found, changed, cancellationToken);
        }

        return new(changed, IsReplay: false);
    }

    private async Task<bool?> DeleteLockedAsync(
        string userId,
        Guid memoryId,
        IdempotencyKey? key,
        DateTimeOffset now,
        Action<UserMemory> check,
        CancellationToken cancellationToken)
    {
        var locked = await LockAsync(userId, memoryId, cancellationToken);
        if (await IdempotencyRecords.FindAsync(context, userId, key, cancellationToken) is not null)
        {
            return true;
        }

        if (locked is not { } found)
        {
            return null;
        }

        check(found);
        IdempotencyRecords.Take(context, userId, key, answer: "{}", now);
        await context.SaveChangesAsync(cancellationToken);
        await context.UserMemories.Where(m => m.UserId == userId && m.MemoryId == memoryId).ExecuteDeleteAsync(cancellationToken);
        return false;
    }

    /// <summary>The memory as it was in a version; <see langword="null"/> where that is no longer kept.</summary>
    private async Task<UserMemory?> FindVersionAsync(UserMemory current, int version, CancellationToken cancellationToken)
    {
        if (current.Version == version)
        {
            return current;
        }

        var earlier = await context.UserMemoryVersions.AsNoTracking().SingleOrDefaultAsync(
            v => v.UserId == current.UserId && v.MemoryId == current.MemoryId && v.Version == version, cancellationToken);
        return earlier is null ? null : current with
        {
            Version = earlier.Version,
            MemoryType = earlier.MemoryType,
            Content = earlier.Content,
            Metadata = earlier.Metadata,
            SessionId = earlier.SessionId,
            Sequence = earlier.Sequence,
            Importance = earlier.Importance,
            ValidUntil = earlier.ValidUntil,
            UpdatedAt = earlier.WrittenAt,
        };
    }

    // EF cannot say FOR NO KEY UPDATE.
    private Task<UserMemory?> LockAsync(string userId, Guid memoryId, CancellationToken cancellationToken) =>
        context.UserMemories
            .FromSql($"SELECT * FROM dev.user_memories WHERE user_id = {userId} AND memory_id = {memoryId} FOR NO KEY UPDATE")
            .AsNoTracking()
            .SingleOrDefaultAsync(cancellationToken);

    private async Task CheckOriginAsync(UserMemory memory, CancellationToken cancellationToken)
    {
        if (memory.SessionId is not { } sessionId)
        {
            return;
        }

        var messages = await context.Sessions
            .Where(s => s.UserId == memory.UserId && s.SessionId == sessionId)
            .Select(s => (long?)s.MessageCount)
            .SingleOrDefaultAsync(cancellationToken) ?? throw UserMemoryErrors.NoSuchSession();
        if (memory.Sequence > messages)
        {
            throw UserMemoryErrors.NoSuchMessage();
        }
    }

    /// <summary>Stores a memory in place of what it was, which becomes its newest version.</summary>
    private async Task ReplaceAsync(UserMemory found, UserMemory changed, CancellationToken cancellationToken)
    {
        var sql = new Sql((NpgsqlConnection)context.Database.GetDbConnection());
        context.UserMemoryVersions.Add(new UserMemoryVersion
        {
            UserId = found.UserId,
            MemoryId = found.MemoryId,
            Version = found.Version,
            MemoryType = found.MemoryType,
            Content = found.Content,
            Metadata = found.Metadata,
            SessionId = found.SessionId,
            Sequence = found.Sequence,
            Importance = found.Importance,
            ValidUntil = found.ValidUntil,
            WrittenAt = found.UpdatedAt,
        });

        // A vector of another model goes: it is of the old content. EF leaves columns without a property of the class as they are, unless
        // they are said to be changed.
        var entry = context.UserMemories.Update(changed);
        entry.Property(VectorProperties.Model).IsModified = true;
        entry.Property(VectorProperties.ModelVector).IsModified = true;
        entry.Property(VectorProperties.Vector).CurrentValue = UserMemoryStore.VectorOf(changed);
        entry.Property(VectorProperties.Words).CurrentValue = await MemoryWords.OfAsync(changed.Content, analyzer, sql, cancellationToken);
        await context.SaveChangesAsync(cancellationToken);

        var oldest = found.Version - UserMemoryStore.MaxVersions;
        if (oldest > 0)
        {
            await context.UserMemoryVersions
                .Where(v => v.UserId == found.UserId && v.MemoryId == found.MemoryId && v.Version <= oldest)
                .ExecuteDeleteAsync(cancellationToken);
        }
    }

    /// <summary>What is kept under a key: the version, which holds the answer, and no content.</summary>
    private sealed record MadeVersion([property: JsonPropertyName("version")] int Version);
}
