using Microsoft.AspNetCore.Mvc;
using SessionService.Api.Consistency;
using SessionService.Api.Idempotency;
using SessionService.Api.Identity;
using SessionService.Api.OpenApi;
using SessionService.Api.Preconditions;
using SessionService.Api.Sessions;
using SessionService.Application.Branches;
using SessionService.Application.Idempotency;
using SessionService.Application.Preconditions;

namespace SessionService.Api.Branches;

/// <summary>Rewinding of sessions, and the branches that it makes.</summary>
[ApiController]
[Tags("Branches")]
public sealed class BranchesController(BranchesService branches) : ControllerBase
{
    /// <summary>Rewinds a session</summary>
    /// <remarks>
    /// The messages after `to_sequence` leave the conversation. They stay in the branch that was current, and a new branch with the
    /// messages before them becomes the current one. The next message gets the next number that no message of the session has, so
    /// `expected_sequence` and `message_count` count the messages of all branches; `visible_messages` counts those of the current one.
    ///
    /// A session that is rewound to its last message does not change. An archived or expired session becomes `active`; an ended one is not
    /// rewound. With an `Idempotency-Key` the same request sent again changes nothing and is answered with the same branches.
    /// </remarks>
    /// <param name="request">Where to go on from.</param>
    /// <response code="200">The session as it is now, with the branch that is current and the one that was.</response>
    [HttpPost("api/v1/sessions/{session_id:guid}/rewind", Name = "rewind_session")]
    [ProducesResponseType<BranchChangeResponse>(StatusCodes.Status200OK)]
    [ProducesProblem(StatusCodes.Status404NotFound, StatusCodes.Status409Conflict, StatusCodes.Status412PreconditionFailed)]
    public async Task<BranchChangeResponse> Rewind(
        [FromRoute(Name = "session_id")] Guid sessionId,
        RewindSessionRequest request,
        [FromIfMatch] Precondition ifMatch,
        [FromIdempotencyKey] string? idempotencyKey,
        [FromCaller] string userId,
        CancellationToken cancellationToken) =>
        Answer(await branches.RewindAsync(userId, sessionId, request, ifMatch, idempotencyKey, cancellationToken));

    /// <summary>Lists the branches of a session</summary>
    /// <remarks>
    /// In the order in which they were made. A session that was never rewound has one branch with all its messages. With
    /// `?branch={branch_id}` the lists of messages, contexts, searches and exports show another branch than the current one, and with
    /// `?branch=all` the messages of all branches.
    /// </remarks>
    /// <response code="200">The branches.</response>
    [HttpGet("api/v1/sessions/{session_id:guid}/branches", Name = "list_branches")]
    [EventualReads]
    [ProducesResponseType<BranchListResponse>(StatusCodes.Status200OK)]
    [ProducesProblem(StatusCodes.Status404NotFound)]
    public Task<BranchListResponse> List(
        [FromRoute(Name = "session_id")] Guid sessionId, [FromCaller] string userId, CancellationToken cancellationToken) =>
        branches.ListAsync(userId, sessionId, cancellationToken);

    /// <summary>Makes a branch the conversation</summary>
    /// <remarks>
    /// The conversation shows the branch's messages and goes on from them. The branch that was current keeps its messages. A branch that is
    /// current already stays as it is. An archived or expired session becomes `active`; an ended one does not change.
    /// </remarks>
    /// <response code="200">The session as it is now, with the branch that is current and the one that was.</response>
    [HttpPost("api/v1/sessions/{session_id:guid}/branches/{branch_id:int:min(1)}/activate", Name = "activate_branch")]
    [ProducesResponseType<BranchChangeResponse>(StatusCodes.Status200OK)]
    [ProducesProblem(StatusCodes.Status404NotFound, StatusCodes.Status409Conflict, StatusCodes.Status412PreconditionFailed)]
    public async Task<BranchChangeResponse> Activate(
        [FromRoute(Name = "session_id")] Guid sessionId,
        [FromRoute(Name = "branch_id")] int branchId,
        [FromIfMatch] Precondition ifMatch,
        [FromIdempotencyKey] string? idempotencyKey,
        [FromCaller] string userId,
        CancellationToken cancellationToken) =>
        Answer(await branches.ActivateAsync(userId, sessionId, branchId, ifMatch, idempotencyKey, cancellationToken));

    /// <summary>Names a branch</summary>
    /// <remarks>A name of `null` takes the name away.</remarks>
    /// <param name="request">The name.</param>
    /// <response code="200">The branch as it is now.</response>
    [HttpPatch("api/v1/sessions/{session_id:guid}/branches/{branch_id:int:min(1)}", Name = "rename_branch")]
    [ProducesResponseType<BranchResponse>(StatusCodes.Status200OK)]
    [ProducesProblem(StatusCodes.Status404NotFound)]
    public Task<BranchResponse> Rename(
        [FromRoute(Name = "session_id")] Guid sessionId,
        [FromRoute(Name = "branch_id")] int branchId,
        RenameBranchRequest request,
        [FromCaller] string userId,
        CancellationToken cancellationToken) =>
        branches.RenameAsync(userId, sessionId, branchId, request, cancellationToken);

    private BranchChangeResponse Answer(Written<BranchChangeResponse> change)
    {
        var answer = Response.MarkReplay(change);
        Response.Tag(answer.Session);
        return answer;
    }
}
