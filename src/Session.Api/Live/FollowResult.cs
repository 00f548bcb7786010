using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Mvc;
using SessionService.Api.Hosting;
using SessionService.Application.Live;

namespace SessionService.Api.Live;

/// <summary>
/// Begins a stream of events. <see cref="LiveStreamsMiddleware"/> sends the events once the action has ended, so that a stream, which may
/// last for days, keeps nothing of the action in memory.
/// </summary>
internal sealed class FollowResult(string userId, IWakeUps wakeUps, IEventSource source) : IActionResult
{
    public const string ContentType = "text/event-stream";

    /// <exception cref="TooManyFollowersException">Too many streams are open.</exception>
    public Task ExecuteResultAsync(ActionContext context)
    {
        var http = context.HttpContext;
        var stream = new FollowStream(http, wakeUps, source);
        http.Response.RegisterForDispose(stream);
        http.Response.RegisterForDispose(http.RequestServices.GetRequiredService<Followers>().Enter(userId));
        // How long a stream lasts says nothing of how long requests take.
        http.Features.Get<IHttpMetricsTagsFeature>()?.MetricsDisabled = true;
        http.Response.ContentType = ContentType;
        http.Response.Headers.CacheControl = "no-store";
        http.Response.Headers["X-Accel-Buffering"] = "no";
        if (!http.IsHead())
        {
            http.Features.Set(stream);
        }

        return Task.CompletedTask;
    }
}
