using Microsoft.AspNetCore.Mvc;
using SessionService.Application.Paging;

namespace SessionService.Api.Streaming;

internal static class ListResults
{
    /// <summary>The list as the result of an action.</summary>
    public static async Task<IActionResult> ToResultAsync<TList, T>(
        this Task<StreamedList<TList, T>> list, CancellationToken cancellationToken) =>
        new ListResult<TList, T>(await list, cancellationToken);
}
