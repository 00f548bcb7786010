using System.Globalization;
using System.Text.Json.Nodes;
using AutoMapper;
using Microsoft.Extensions.Options;
using SessionService.Application.Idempotency;
using SessionService.Application.Json;
using SessionService.Application.Limits;
using SessionService.Application.Paging;
using SessionService.Application.Preconditions;
using SessionService.Application.Time;
using SessionService.Domain.Errors;
using SessionService.Domain.Idempotency;
using SessionService.Domain.UserMemories;

namespace SessionService.Application.UserMemories;

/// <summary>Creates, reads, changes and deletes the memories of users.</summary>
public sealed class UserMemoriesService(IUserMemoryStore memories, IMapper mapper, IOptions<LimitOptions> limits, TimeProvider time)
{
    /// <exception cref="InvalidFieldException">It names a session or message that is not the user's.</exception>
    /// <exception cref="ConflictException">The key was used for another request.</exception>
    public async Task<Written<UserMemoryResponse>> CreateAsync(
        string userId, WriteUserMemoryRequest request, string? idempotencyKey, CancellationToken cancellationToken)
    {
        var key = IdempotencyKey.Of(idempotencyKey, "create_user_memory", request);
        var written = await CreateAsync(userId, [request], key, prefix: _ => "", cancellationToken);
        return new Written<UserMemoryResponse>(written.Resource[0], written.IsReplay);
    }

    /// <inheritdoc cref="CreateAsync(string, WriteUserMemoryRequest, string?, CancellationToken)"/>
    public async Task<Written<UserMemoryBatchResponse>> CreateBatchAsync(
        string userId, CreateUserMemoryBatchRequest request, string? idempotencyKey, CancellationToken cancellationToken)
    {
        var key = IdempotencyKey.Of(idempotencyKey, "create_user_memories", request);
        var written = await CreateAsync(userId, request.Memories!, key, prefix: index => $"memories[{index}].", cancellationToken);
        return new Written<UserMemoryBatchResponse>(
            new UserMemoryBatchResponse { Memories = written.Resource, Total = written.Resource.Count }, written.IsReplay);
    }

    /// <exception cref="NotFoundException">The user has no such memory.</exception>
    public async Task<UserMemoryResponse> GetAsync(string userId, Guid memoryId, CancellationToken cancellationToken) =>
        mapper.Map<UserMemoryResponse>(await memories.FindAsync(userId, memoryId, cancellationToken) ?? throw UserMemoryErrors.NotFound());

    public async Task<StreamedList<UserMemoryListResponse, UserMemoryResponse>> ListAsync(
        string userId, ListUserMemoriesQuery query, CancellationToken cancellationToken)
    {
        var range = query.ToRange(ListUserMemoriesQuery.DefaultPageSize);
        var filter = query.ToFilter();
        var page = await memories.ListAsync(userId, filter, time.GetDatabaseNow(), range, query.ToCursor(filter), cancellationToken);
        var answer = new UserMemoryListResponse
        {
            Memories = [],
            Total = page.Total,
            Page = range.Page,
            PageSize = range.Size,
            NextCursor = page is { HasMore: true, Last: { } last }
                ? new TimeCursor(last.CreatedAt, last.MemoryId).ToText(filter.ToString())
                : null,
        };
        return new StreamedList<UserMemoryListResponse, UserMemoryResponse>(answer, page.Items.Select(mapper.Map<UserMemoryResponse>));
    }

    /// <exception cref="NotFoundException">The user has no such memory.</exception>
    public async Task<StreamedList<UserMemoryVersionsResponse, UserMemoryResponse>> ListVersionsAsync(
        string userId, Guid memoryId, ListUserMemoryVersionsQuery query, CancellationToken cancellationToken)
    {
        var range = query.ToRange(ListUserMemoryVersionsQuery.DefaultPageSize);
        var versions = await memories.ListVersionsAsync(userId, memoryId, range, cancellationToken) ?? throw UserMemoryErrors.NotFound();
        var createdAt = versions.CreatedAt;
        var items = versions.Versions.Select(version => mapper.Map<UserMemoryResponse>(
            version, options => options.Items[UserMemoryMapping.CreatedAt] = createdAt));
        var answer = new UserMemoryVersionsResponse
        {
            Versions = [],
            Total = versions.Total,
            Page = range.Page,
            PageSize = range.Size,
        };
        return new StreamedList<UserMemoryVersionsResponse, UserMemoryResponse>(answer, items);
    }

    /// <summary>Replaces a memory as a whole.</summary>
    /// <exception cref="NotFoundException">The user has no such memory.</exception>
    /// <exception cref="InvalidFieldException">It names a session or message that is not the user's.</exception>
    /// <exception cref="PreconditionFailedException">The memory is not a version that the request demands.</exception>
    /// <exception cref="ConflictException">The key was used for another request.</exception>
    public Task<Written<UserMemoryResponse>> ReplaceAsync(
        string userId,
        Guid memoryId,
        WriteUserMemoryRequest request,
        string? idempotencyKey,
        Precondition precondition,
        CancellationToken cancellationToken) =>
        ChangeAsync(
            userId,
            memoryId,
            IdempotencyKey.Of(idempotencyKey, $"replace_user_memory {memoryId}", request),
            precondition,
            found => New(userId, request, found.MemoryId, found.CreatedAt) with { Version = found.Version + 1, UpdatedAt = Later(found) },
            cancellationToken);

    /// <summary>Changes the given fields.</summary>
    /// <exception cref="NotFoundException">The user has no such memory.</exception>
    /// <exception cref="InvalidFieldException">
    /// It names a session or message that is not the user's, or its metadata would become too large.
    /// </exception>
    /// <exception cref="PreconditionFailedException">The memory is not a version that the request demands.</exception>
    /// <exception cref="ConflictException">The key was used for another request.</exception>
    public Task<Written<UserMemoryResponse>> PatchAsync(
        string userId,
        Guid memoryId,
        PatchUserMemoryRequest request,
        string? idempotencyKey,
        Precondition precondition,
        CancellationToken cancellationToken) =>
        ChangeAsync(
            userId,
            memoryId,
            // The request alone does not tell a null from an absent field.
            IdempotencyKey.Of(
                idempotencyKey,
                $"change_user_memory {memoryId}",
                new { request, nulls = ((IMergePatch)request).Nulls.Order(StringComparer.Ordinal) }),
            precondition,
            found => Patch(found, request) with { Version = found.Version + 1, UpdatedAt = Later(found) },
            cancellationToken);

    /// <exception cref="NotFoundException">The user has no such memory.</exception>
    /// <exception cref="PreconditionFailedException">The memory is not a version that the request demands.</exception>
    /// <exception cref="ConflictException">The key was used for another request.</exception>
    public async Task<Written<UserMemoryDeletedResponse>> DeleteAsync(
        string userId, Guid memoryId, string? idempotencyKey, Precondition precondition, CancellationToken cancellationToken)
    {
        var key = IdempotencyKey.Of(idempotencyKey, $"delete_user_memory {memoryId}", request: "");
        var isReplay = await memories.DeleteAsync(
            userId, memoryId, key, time.GetDatabaseNow(), found => Demand(found, precondition), cancellationToken);
        return new Written<UserMemoryDeletedResponse>(
            new UserMemoryDeletedResponse(), isReplay ?? throw UserMemoryErrors.NotFound());
    }

    private async Task<Written<UserMemoryResponse>> ChangeAsync(
        string userId,
        Guid memoryId,
        IdempotencyKey? key,
        Precondition precondition,
        Func<UserMemory, UserMemory> change,
        CancellationToken cancellationToken)
    {
        var (changed, isReplay) = await memories.ChangeAsync(userId, memoryId, key, ChangeIfDemanded, cancellationToken)
            ?? throw UserMemoryErrors.NotFound();
        return new Written<UserMemoryResponse>(mapper.Map<UserMemoryResponse>(changed), isReplay);

        UserMemory ChangeIfDemanded(UserMemory found)
        {
            Demand(found, precondition);
            return change(found) is var changed && SaysTheSame(found, changed) ? found : changed;
        }
    }

    private static void Demand(UserMemory found, Precondition precondition) =>
        precondition.Demand(found.Version.ToString(CultureInfo.InvariantCulture), UserMemoryErrors.Changed);

    private async Task<Written<IReadOnlyList<UserMemoryResponse>>> CreateAsync(
        string userId,
        IReadOnlyList<WriteUserMemoryRequest> requests,
        IdempotencyKey? key,
        Func<int, string> prefix,
        CancellationToken cancellationToken)
    {
        var now = time.GetDatabaseNow();
        var made = requests.Select(request => New(userId, request, Guid.CreateVersion7(now), now)).ToList();
        var result = await memories.CreateAsync(made, key, cancellationToken);
        return result.Outcome switch
        {
            CreateMemoriesOutcome.Created or CreateMemoriesOutcome.Replayed => new Written<IReadOnlyList<UserMemoryResponse>>(
                mapper.Map<List<UserMemoryResponse>>(result.Memories), result.Outcome == CreateMemoriesOutcome.Replayed),
            CreateMemoriesOutcome.SessionNotFound => throw UserMemoryErrors.NoSuchSession(prefix(result.Refused)),
            CreateMemoriesOutcome.MessageNotFound => throw UserMemoryErrors.NoSuchMessage(prefix(result.Refused)),
            _ => throw IdempotencyErrors.KeyReused(),
        };
    }

    private static UserMemory New(string userId, WriteUserMemoryRequest request, Guid memoryId, DateTimeOffset now) => new()
    {
        UserId = userId,
        MemoryId = memoryId,
        MemoryType = request.MemoryType ?? WriteUserMemoryRequest.DefaultType,
        Content = request.Content!,
        Metadata = request.Metadata?.Value ?? "{}",
        SessionId = request.SessionId,
        Sequence = request.Sequence,
        Importance = Importance.Round(request.Importance),
        ValidUntil = request.ValidUntil?.ToDatabaseTime(),
        Version = 1,
        CreatedAt = now,
        UpdatedAt = now,
    };

    private UserMemory Patch(UserMemory found, PatchUserMemoryRequest request)
    {
        var isMoved = request.SessionId is not null || request.Removes("session_id");
        var patched = found with
        {
            MemoryType = request.MemoryType ?? (request.Removes("memory_type") ? WriteUserMemoryRequest.DefaultType : found.MemoryType),
            Content = request.Content ?? found.Content,
            Metadata = request.Merge("metadata", request.Metadata, found.Metadata, limits.Value.MaxJsonBytes) ?? found.Metadata,
            SessionId = request.SessionId ?? (isMoved ? null : found.SessionId),
            Sequence = request.Sequence ?? (isMoved || request.Removes("sequence") ? null : found.Sequence),
            Importance = request.Removes("importance") ? null : Importance.Round(request.Importance) ?? found.Importance,
            ValidUntil = request.Removes("valid_until") ? null : request.ValidUntil?.ToDatabaseTime() ?? found.ValidUntil,
        };
        return patched is { Sequence: not null, SessionId: null } ? throw UserMemoryErrors.SequenceWithoutSession() : patched;
    }

    // A repeated request makes no version.
    private static bool SaysTheSame(UserMemory one, UserMemory other) =>
        other with { Metadata = one.Metadata, Version = one.Version, UpdatedAt = one.UpdatedAt } == one
        && JsonNode.DeepEquals(JsonNode.Parse(one.Metadata), JsonNode.Parse(other.Metadata));

    // The clocks of instances may differ. No version may seem older than the one before it.
    private DateTimeOffset Later(UserMemory found)
    {
        var now = time.GetDatabaseNow();
        return now > found.UpdatedAt ? now : found.UpdatedAt;
    }
}
