using AutoMapper;
using SessionService.Application.Idempotency;
using SessionService.Application.Messages;
using SessionService.Application.Preconditions;
using SessionService.Application.Sessions;
using SessionService.Application.Time;
using SessionService.Domain.Errors;
using SessionService.Domain.Sessions;

namespace SessionService.Application.Branches;

/// <summary>Rewinds sessions, and lists, names and activates their branches.</summary>
public sealed class BranchesService(IBranchStore branches, IMapper mapper, TimeProvider time)
{
    /// <inheritdoc cref="IBranchStore.RewindAsync"/>
    public async Task<Written<BranchChangeResponse>> RewindAsync(
        string userId,
        Guid sessionId,
        RewindSessionRequest request,
        Precondition precondition,
        string? idempotencyKey,
        CancellationToken cancellationToken)
    {
        var key = IdempotencyKey.Of(idempotencyKey, $"rewind_session {sessionId}", request);
        return Map(await branches.RewindAsync(
            userId, sessionId, request.ToSequence!.Value, precondition, key, time.GetDatabaseNow(), cancellationToken));
    }

    /// <inheritdoc cref="IBranchStore.ActivateAsync"/>
    public async Task<Written<BranchChangeResponse>> ActivateAsync(
        string userId,
        Guid sessionId,
        int branchId,
        Precondition precondition,
        string? idempotencyKey,
        CancellationToken cancellationToken)
    {
        var key = IdempotencyKey.Of(idempotencyKey, $"activate_branch {sessionId}", branchId);
        return Map(await branches.ActivateAsync(
            userId, sessionId, branchId, precondition, key, time.GetDatabaseNow(), cancellationToken));
    }

    /// <inheritdoc cref="IBranchStore.RenameAsync"/>
    public Task<BranchResponse> RenameAsync(
        string userId, Guid sessionId, int branchId, RenameBranchRequest request, CancellationToken cancellationToken) =>
        branches.RenameAsync(userId, sessionId, branchId, request, time.GetDatabaseNow(), cancellationToken);

    /// <exception cref="NotFoundException">The user has no such session.</exception>
    public async Task<BranchListResponse> ListAsync(string userId, Guid sessionId, CancellationToken cancellationToken)
    {
        var found = await branches.ListAsync(userId, sessionId, cancellationToken) ?? throw SessionErrors.NotFound();
        return new BranchListResponse { Branches = found, Total = found.Count };
    }

    /// <summary>
    /// The path that a request asks for, up to the first message in progress; <see langword="null"/> for that of the current branch.
    /// </summary>
    /// <param name="userId">The owner.</param>
    /// <param name="sessionId">The session.</param>
    /// <param name="branch">The branch that the request names.</param>
    /// <param name="cancellationToken">Ends the look-up.</param>
    /// <param name="showsOpen">Whether messages in progress, and those behind them, are on the path.</param>
    /// <exception cref="NotFoundException">The session has no such branch, or the user no such session.</exception>
    public async Task<MessagePath?> ChooseAsync(
        string userId, Guid sessionId, string? branch, CancellationToken cancellationToken, bool showsOpen = false) =>
        BranchChoice.Parse(branch) switch
        {
            { IsAll: true } when showsOpen => MessagePath.Whole,
            { IsAll: true } => await branches.FindAllAsync(userId, sessionId, cancellationToken) ?? throw SessionErrors.NotFound(),
            { BranchId: { } branchId } =>
                await branches.FindPathAsync(userId, sessionId, branchId, cancellationToken, showsOpen) ?? throw BranchErrors.NotFound(),
            _ when showsOpen =>
                await branches.FindPathAsync(userId, sessionId, branchId: null, cancellationToken, showsOpen)
                    ?? throw SessionErrors.NotFound(),
            _ => null,
        };

    /// <inheritdoc cref="IBranchStore.ReadParentsAsync"/>
    public Task<MessageParents> ReadParentsAsync(string userId, Guid sessionId, CancellationToken cancellationToken) =>
        branches.ReadParentsAsync(userId, sessionId, cancellationToken);

    private Written<BranchChangeResponse> Map(Written<BranchChange> change) => new(
        new BranchChangeResponse
        {
            Session = mapper.Map<SessionResponse>(change.Resource.Session),
            BranchId = change.Resource.BranchId,
            PreviousBranchId = change.Resource.PreviousBranchId,
        },
        change.IsReplay);
}
