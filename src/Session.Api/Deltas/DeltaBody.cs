using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.Options;
using SessionService.Api.Json;
using SessionService.Application.Deltas;
using SessionService.Domain.Errors;
using SessionService.Hosting.Problems;

namespace SessionService.Api.Deltas;

/// <summary>
/// Reads a body that goes on for as long as a model writes. Lines are stored together that come within a tenth of a second. While these are
/// stored, no more is read, so a fast client waits.
/// </summary>
internal sealed class DeltaBody(
    DeltasService deltas,
    DeltaLine lines,
    OpenDeltaBodies places,
    IOptions<DeltaOptions> options,
    IHostApplicationLifetime lifetime,
    TimeProvider time)
{
    public const string ContentType = "application/x-ndjson";

    private const int FlushBytes = 256 * 1024;

    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(100);

    private readonly List<AddDeltaRequest> _waiting = [];
    private long _waitingBytes;
    private long _lastFlush;
    private int _nextIndex;

    // An escape takes six bytes.
    private int MaxLineBytes => (6 * options.Value.MaxBytes) + 1024;

    private int MaxWaiting => Math.Max(1, options.Value.PerSecond / 10);

    public async Task<IActionResult> ReadAsync(
        HttpContext http, string userId, Guid sessionId, long sequence, CancellationToken cancellationToken)
    {
        using var place = places.Take(userId);

        // A body without a delta is answered by it too.
        _nextIndex = await deltas.FindNextIndexAsync(userId, sessionId, sequence, cancellationToken);
        http.Features.Get<IHttpRequestTimeoutFeature>()?.DisableTimeout();
        if (http.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
        {
            // A model may think for minutes.
            rate.MinDataRate = null;
        }

        try
        {
            if (await ReadLinesAsync(http, cancellationToken) is { } refused)
            {
                refused.NextIndex = _nextIndex;
                return ProblemFactory.Result(refused);
            }
        }
        catch (InvalidJsonException exception)
        {
            await FlushAsync();
            var problem = ProblemFactory.Create(http, StatusCodes.Status400BadRequest, ProblemCodes.InvalidJson, exception.Message);
            problem.NextIndex = _nextIndex;
            return ProblemFactory.Result(problem);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            // The client has gone. What it sent is kept.
            await FlushAsync();
            throw;
        }

        return new OkObjectResult(new DeltasResponse { SessionId = sessionId, Sequence = sequence, NextIndex = _nextIndex });

        async Task FlushAsync() => await this.FlushAsync(userId, sessionId, sequence);

        async Task<Problem?> ReadLinesAsync(HttpContext http, CancellationToken cancellationToken)
        {
            var body = http.Request.BodyReader;
            await using var timer = time.CreateTimer(
                _ => body.CancelPendingRead(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            await using var stop = lifetime.ApplicationStopping.Register(body.CancelPendingRead);
            var lastRead = time.GetTimestamp();
            for (var number = 0; ;)
            {
                var pause = _waiting.Count > 0 ? Gathering - time.GetElapsedTime(_lastFlush) : options.Value.AbandonedAfter;
                timer.Change(pause > TimeSpan.Zero ? pause : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
                var read = await body.ReadAsync(cancellationToken);
                var buffer = read.Buffer;
                lastRead = buffer.IsEmpty ? lastRead : time.GetTimestamp();
                var taken = new List<byte[]>();
                while (DeltaLine.TryTake(ref buffer, read.IsCompleted, out var line))
                {
                    taken.Add(line);
                }

                // Before anything is refused: an answer ends the reading.
                var isTooLong = buffer.Length > MaxLineBytes;
                body.AdvanceTo(buffer.Start, buffer.End);
                foreach (var line in taken)
                {
                    if (!DeltaLine.IsBlank(line) && await TakeAsync(line, number, http) is { } refused)
                    {
                        return refused;
                    }

                    number++;
                }

                if (isTooLong)
                {
                    await FlushAsync();
                    return ProblemFactory.Create(
                        http, StatusCodes.Status413PayloadTooLarge, ProblemCodes.PayloadTooLarge, "A line of the body is too long.");
                }

                var ends = read.IsCompleted || lifetime.ApplicationStopping.IsCancellationRequested
                    || time.GetElapsedTime(lastRead) >= options.Value.AbandonedAfter;
                if (ends || time.GetElapsedTime(_lastFlush) >= Gathering)
                {
                    await FlushAsync();
                }

                if (ends)
                {
                    return null;
                }
            }
        }

        async Task<Problem?> TakeAsync(byte[] line, int number, HttpContext http)
        {
            var errors = new Dictionary<string, string[]>(StringComparer.Ordinal);
            if (lines.Read(line, number, errors) is not { } delta)
            {
                await FlushAsync();
                return ProblemFactory.Invalid(http, errors);
            }

            if (_waiting.Count > 0 && delta.Index != _waiting[^1].Index + 1)
            {
                await FlushAsync();
            }

            _waiting.Add(delta);
            _waitingBytes += line.Length;
            if (_waiting.Count >= MaxWaiting || _waitingBytes >= FlushBytes)
            {
                var early = Gathering - time.GetElapsedTime(_lastFlush);
                await FlushAsync();
                if (early > TimeSpan.Zero)
                {
                    await Task.Delay(early, time, cancellationToken);
                }
            }

            return null;
        }
    }

    /// <summary>Stores what waits. It is stored also where the client has gone.</summary>
    /// <exception cref="ServiceException">The message takes no such delta.</exception>
    private async Task FlushAsync(string userId, Guid sessionId, long sequence)
    {
        _lastFlush = time.GetTimestamp();
        if (_waiting.Count == 0)
        {
            return;
        }

        AddDeltaRequest[] taken = [.. _waiting];
        _waiting.Clear();
        _waitingBytes = 0;
        _nextIndex = (await deltas.AddAsync(userId, sessionId, sequence, taken, key: null, CancellationToken.None)).Resource.NextIndex;
    }
}
