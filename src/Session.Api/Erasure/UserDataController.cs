using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.Mvc;
using SessionService.Api.Identity;
using SessionService.Api.OpenApi;
using SessionService.Application.Erasure;
using SessionService.Application.Time;

namespace SessionService.Api.Erasure;

/// <summary>All that is stored about a user.</summary>
[ApiController]
[Tags("User data")]
[Route("api/v1/users/{user_id}/data")]
public sealed class UserDataController(IUserDataStore data, TimeProvider time) : ControllerBase
{
    /// <summary>Counts what is stored about a user</summary>
    /// <remarks>Sessions, messages, and the rows of every table that holds anything of a user's: all are zero after an erasure.</remarks>
    /// <response code="200">The counts, as of one moment.</response>
    [HttpGet(Name = "count_user_data")]
    [ProducesResponseType<UserDataResponse>(StatusCodes.Status200OK)]
    [ProducesProblem(StatusCodes.Status403Forbidden)]
    public async Task<UserDataResponse> Count([FromPathUser] string userId, CancellationToken cancellationToken) =>
        UserDataResponse.Of(userId, await data.CountAsync(userId, cancellationToken));

    /// <summary>Erases all that is stored about a user</summary>
    /// <remarks>
    /// Sessions with their messages and memories, and everything that follows from them; the service's statistics no longer count them. It
    /// cannot be undone. What is written while it goes on, in sessions that are new since, stays.
    ///
    /// It goes session by session. Where the connection ends early, or the answer is 503, the rest is still there, and the same request
    /// sent again goes on. `GET` on the same path, or the same request once more, proves it: all counts are zero.
    /// </remarks>
    /// <response code="200">What was removed.</response>
    [HttpDelete(Name = "erase_user_data")]
    [DisableRequestTimeout]
    [ProducesResponseType<ErasureReceiptResponse>(StatusCodes.Status200OK)]
    [ProducesProblem(StatusCodes.Status403Forbidden)]
    public async Task<ErasureReceiptResponse> Erase([FromPathUser] string userId, CancellationToken cancellationToken)
    {
        var now = time.GetDatabaseNow();
        return ErasureReceiptResponse.Of(userId, now, await data.EraseAsync(userId, now, cancellationToken));
    }
}
