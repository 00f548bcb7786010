using System.Text;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using SessionService.Api.Identity;
using SessionService.Application.Live;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Api.Live;

/// <summary>
/// Sends events for as long as the client stays. Between two looks it holds no connection to the database. Nothing is buffered beyond a
/// page: a client that does not take a page in time loses the stream, and resumes after the last event that it has.
/// </summary>
internal sealed class FollowStream(HttpContext http, IWakeUps wakeUps, IEventSource source) : IDisposable
{
    // A browser comes back so many milliseconds after a stream has ended.
    private static readonly byte[] Opening = Encoding.UTF8.GetBytes("retry: 1000\n: open\n\n");
    private static readonly byte[] Heartbeat = Encoding.UTF8.GetBytes(": heartbeat\n\n");

    // A message that is told later than this was not waited for, or has a time of its own.
    private static readonly TimeSpan LongestLag = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromSeconds(1);

    private readonly LiveOptions _options = http.RequestServices.GetRequiredService<IOptions<LiveOptions>>().Value;
    private readonly TimeProvider _time = http.RequestServices.GetRequiredService<TimeProvider>();
    private readonly LiveMetrics _metrics = http.RequestServices.GetRequiredService<LiveMetrics>();
    private readonly StandingAccess _access = http.RequestServices.GetRequiredService<StandingAccess>();
    private readonly Beats _beats = http.RequestServices.GetRequiredService<Beats>();
    private long _lastSent;

    public void Dispose() => wakeUps.Dispose();

    /// <summary>Sends until the client goes, the service stops, or there is nothing more to tell.</summary>
    public async Task RunAsync()
    {
        http.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(
            http.RequestAborted, http.RequestServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping);
        try
        {
            await SendAllAsync(ending.Token);
        }
        catch (OperationCanceledException)
        {
            // The client has gone, or the service stops: the client resumes at another instance.
        }
        catch (SlowClientException)
        {
            http.Abort();
        }
    }

    private async Task SendAllAsync(CancellationToken cancellationToken)
    {
        var part = _beats.Join();
        await SendAsync(Opening, cancellationToken);
        while (true)
        {
            var version = wakeUps.Version;
            var (isLast, isEnd) = await SendNextAsync(version, cancellationToken);
            if (isEnd || (isLast && !await WaitAsync(version, part, cancellationToken)))
            {
                return;
            }
        }
    }

    /// <summary>Sends a page. Apart from the wait for the next one, which must not keep the page in memory.</summary>
    private async Task<(bool IsLast, bool IsEnd)> SendNextAsync(long version, CancellationToken cancellationToken)
    {
        if (await ReadAsync(version, cancellationToken) is not { } page)
        {
            return (IsLast: false, IsEnd: false);
        }

        if (page.Bytes.Length > 0)
        {
            await SendAsync(page.Bytes, cancellationToken);
            var lag = _time.GetUtcNow().UtcDateTime - page.Newest;
            _metrics.CountSent(page.Events, lag < LongestLag ? lag : null);
        }

        return (page.IsLast, page.IsEnd);
    }

    /// <summary>Reads a page; <see langword="null"/> after a pause where the database is away.</summary>
    private async Task<EventPage?> ReadAsync(long version, CancellationToken cancellationToken)
    {
        try
        {
            return await source.ReadAsync(version, cancellationToken);
        }
        catch (Exception exception)
            when (!cancellationToken.IsCancellationRequested
                && (exception is OperationCanceledException || DatabaseFaults.IsPassing(exception)))
        {
            await BeatAsync(cancellationToken);
            await Task.Delay(PauseAfterFailure, _time, cancellationToken);
            return null;
        }
    }

    /// <summary>Waits for a wake-up; false where the caller may no longer read.</summary>
    private async Task<bool> WaitAsync(long version, int part, CancellationToken cancellationToken)
    {
        while (true)
        {
            var wakeUp = wakeUps.WaitBeyondAsync(version);
            var beat = _beats.Next(part);
            if (await Task.WhenAny(wakeUp, beat).WaitAsync(cancellationToken) == wakeUp)
            {
                return true;
            }

            if (!await _access.HasAsync(http))
            {
                return false;
            }

            await BeatAsync(cancellationToken);
        }
    }

    private Task BeatAsync(CancellationToken cancellationToken) =>
        _time.GetElapsedTime(_lastSent) >= _options.Heartbeat ? SendAsync(Heartbeat, cancellationToken) : Task.CompletedTask;

    private async Task SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var timer = _time.CreateTimer(
            static source => ((CancellationTokenSource)source!).Cancel(), patience, _options.Patience, Timeout.InfiniteTimeSpan);
        try
        {
            await http.Response.BodyWriter.WriteAsync(bytes, patience.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new SlowClientException();
        }

        _lastSent = _time.GetTimestamp();
    }

    private sealed class SlowClientException : Exception;
}
