namespace SessionService.Api.Live;

/// <summary>Sends the events of a stream that an action has begun.</summary>
internal sealed class LiveStreamsMiddleware(RequestDelegate next)
{
    public async Task InvokeAsync(HttpContext http)
    {
        await next(http);
        if (http.Features.Get<FollowStream>() is { } stream)
        {
            await stream.RunAsync();
        }
    }
}
