using Microsoft.AspNetCore.Mvc.Filters;
using SessionService.Api.Faults;
using SessionService.Api.Identity;

namespace SessionService.Api.Turns;

/// <summary>
/// Makes an action wait for the caller's turn. The turn begins before the body is read, so that those who wait hold none in memory, and
/// ends after the answer is sent. It is given back while the request waits for its client to send or to read.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class TakesTurnAttribute(Work work) : Attribute, IAsyncResourceFilter
{
    public Work Work => work;

    /// <summary>The query parameter that makes the work long: a request without this parameter takes no turn.</summary>
    public string? OnlyWith { get; init; }

    public async Task OnResourceExecutionAsync(ResourceExecutingContext context, ResourceExecutionDelegate next)
    {
        var http = context.HttpContext;
        if (OnlyWith is { } parameter && !http.Request.Query.ContainsKey(parameter))
        {
            await next();
            return;
        }

        var services = http.RequestServices;
        var named = services.GetRequiredService<CallerResolver>().Find(http);
        using var turn = await services.GetRequiredService<FairTurns>()
            .TakeAsync(work, named.Caller.UserId ?? named.PathUser, http.WatchedToken());
        http.Features.Set(turn);
        http.Request.Body = new TurnBody(http.Request.Body, turn);
        await next();
    }
}
