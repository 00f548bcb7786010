using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.Mvc;
using SessionService.Api.Identity;
using SessionService.Api.OpenApi;
using SessionService.Api.Turns;
using SessionService.Application.Erasure;
using SessionService.Application.Time;

namespace SessionService.Api.Erasure;

/// <summary>Erasure of a user's data.</summary>
[ApiController]
[Tags("User data")]
[Route("api/v1/users/{user_id}/data")]
public sealed class UserDataController(IUserDataStore data, TimeProvider time) : ControllerBase
{
    /// <summary>Counts what is stored about a user</summary>
    /// <remarks>Counts sessions, messages, and the rows of every table with data of users. After an erasure all counts are zero.</remarks>
    /// <response code="200">The counts, as of one moment.</response>
    [HttpGet(Name = "count_user_data")]
    [ProducesResponseType<UserDataResponse>(StatusCodes.Status200OK)]
    [ProducesProblem(StatusCodes.Status403Forbidden)]
    public async Task<UserDataResponse> Count([FromPathUser] string userId, CancellationToken cancellationToken) =>
        UserDataResponse.Of(userId, await data.CountAsync(userId, cancellationToken));

    /// <summary>Erases all that is stored about a user</summary>
    /// <remarks>
    /// Erases the user's sessions with their messages and memories, all data derived from them, and the user's attachments with their
    /// bytes. The service's statistics no longer count the sessions. This cannot be undone. Sessions that are created while the erasure
    /// runs stay.
    ///
    /// The service erases session by session. If the connection ends early or the answer is 503, send the same request again: it erases the
    /// rest. `GET` on the same path proves the erasure: all counts are zero.
    /// </remarks>
    /// <response code="200">What was removed.</response>
    [HttpDelete(Name = "erase_user_data")]
    [TakesTurn(Work.Erasure)]
    [DisableRequestTimeout]
    [ProducesResponseType<ErasureReceiptResponse>(StatusCodes.Status200OK)]
    [ProducesProblem(StatusCodes.Status403Forbidden)]
    public async Task<ErasureReceiptResponse> Erase([FromPathUser] string userId, CancellationToken cancellationToken)
    {
        var now = time.GetDatabaseNow();
        return ErasureReceiptResponse.Of(userId, now, await data.EraseAsync(userId, now, cancellationToken));
    }
}
