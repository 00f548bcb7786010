using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SessionService.Application.Time;
using SessionService.Application.Webhooks;
using SessionService.Domain.Webhooks;
using SessionService.Infrastructure.Jobs;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Webhooks;

/// <summary>
/// Delivers what is due, many sessions at a time and of each one event after the other. A receiver that hangs keeps only its own places:
/// no webhook gets more than some of them. An instance that dies leaves a lease behind. When the lease ends, the event is sent again with
/// the same <c>webhook-id</c>.
/// </summary>
internal sealed partial class DeliveryJob(
    DeliveryQueue queue,
    WebhookSender sender,
    WebhookPayload payloads,
    NatsPublisher nats,
    WebhookMetrics metrics,
    IOptions<WebhookOptions> options,
    IOptions<ShardingOptions> layout,
    TimeProvider time,
    ILogger<DeliveryJob> logger)
    : RecurringJob(time, logger)
{
    // Then another session has its turn.
    private const int MaxInARow = 100;

    // For the statements around an attempt.
    private static readonly TimeSpan LeaseBeyondTimeout = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<Task, DueDelivery> _running = new();
    private readonly SemaphoreSlim _ended = new(0);
    private Exception? _fault;

    protected override string Name => "webhook delivery";

    protected override TimeSpan Interval => options.Value.LookEvery;

    protected override bool IsEnabled => !layout.Value.Sharded;

    // The pulse logs that the database is away.
    protected override LogLevel FailureLevel => LogLevel.Debug;

    /// <summary>Runs for as long as something is being delivered.</summary>
    protected override async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            do
            {
                var taken = await TakeAsync(cancellationToken);
                if (taken == 0 && !_running.IsEmpty)
                {
                    // A place that is free again may be filled at once.
                    await _ended.WaitAsync(options.Value.LookEvery, cancellationToken);
                    while (_ended.Wait(0, cancellationToken))
                    {
                        // Many that ended together are one reason to look.
                    }
                }

                if (_fault is { } fault)
                {
                    throw new InvalidOperationException("A delivery failed for a reason of the service's own.", fault);
                }
            }
            while (!_running.IsEmpty);
            return true;
        }
        finally
        {
            if (cancellationToken.IsCancellationRequested)
            {
                await Task.WhenAll(_running.Keys);
            }
        }
    }

    public override void Dispose()
    {
        _ended.Dispose();
        base.Dispose();
    }

    private async Task<int> TakeAsync(CancellationToken cancellationToken)
    {
        var free = options.Value.MaxConcurrent - _running.Count;
        if (free <= 0)
        {
            return 0;
        }

        var perWebhook = options.Value.MaxConcurrentPerWebhook;
        DueDelivery[] running = [.. _running.Values];
        Guid[] busy =
        [
            .. running.GroupBy(one => one.Webhook.WebhookId).Where(ofOne => ofOne.Count() >= perWebhook).Select(ofOne => ofOne.Key),
            .. nats.IsReady ? [] : new[] { Webhook.NatsId },
        ];
        var now = Time.GetDatabaseNow();
        var due = await queue.TakeAsync(now, now + Lease(), free, busy, perWebhook, running, cancellationToken);
        foreach (var first in due)
        {
            // Known before it can end.
            var begin = new TaskCompletionSource();
            var task = DeliverAsync(begin.Task, first, cancellationToken);
            _running[task] = first;
            _ = task.ContinueWith(
                ended =>
                {
                    _running.TryRemove(ended, out _);
                    _ended.Release();
                },
                TaskScheduler.Default);
            begin.SetResult();
        }

        return due.Count;
    }

    private TimeSpan Lease() => options.Value.Timeout + LeaseBeyondTimeout;

    /// <summary>Delivers an event, and then those after it in its session.</summary>
    private async Task DeliverAsync(Task begin, DueDelivery first, CancellationToken cancellationToken)
    {
        await begin;
        await Task.Yield();
        var due = first;
        try
        {
            for (var count = 1; due is not null; count++)
            {
                due = await DeliverAsync(due, isLast: count == MaxInARow, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await GiveBackAsync(due!);
        }
        catch (Exception exception) when (IsPassing(exception))
        {
            // The lease ends, and the event is sent again.
        }
#pragma warning disable CA1031 // The run that waits for this task throws it on.
        catch (Exception exception)
        {
            _fault = exception;
        }
#pragma warning restore CA1031
    }

    /// <returns>The next event of the session, taken.</returns>
    private async Task<DueDelivery?> DeliverAsync(DueDelivery due, bool isLast, CancellationToken cancellationToken)
    {
        var result = await SendAsync(due, cancellationToken);

        // What was sent is noted also by a service that is about to stop.
        var now = Time.GetDatabaseNow();
        if (result.IsDelivered)
        {
            metrics.CountDelivered(now > due.CreatedAt ? now - due.CreatedAt : TimeSpan.Zero);
            var nextLease = isLast || cancellationToken.IsCancellationRequested ? (DateTimeOffset?)null : now + Lease();
            return await queue.SucceedAsync(due, result.Status, now, nextLease, CancellationToken.None);
        }

        var retryAt = result.IsGone ? null : now + PauseAfter(due);
        if (retryAt is null)
        {
            metrics.CountDead();
        }
        else
        {
            metrics.CountFailed();
        }

        if (await queue.FailAsync(due, result, now, retryAt?.ToDatabaseTime(), CancellationToken.None))
        {
            LogDisabled(due.Webhook.WebhookId, result.Status, result.Error);
        }

        return null;
    }

    private async Task<AttemptResult> SendAsync(DueDelivery due, CancellationToken cancellationToken)
    {
        try
        {
            if (due.IsForNats)
            {
                return await nats.PublishAsync(due, cancellationToken);
            }

            var payload = await payloads.WriteAsync(due, due.Webhook.IncludesContent, cancellationToken);
            return await sender.SendAsync(due.Webhook, due.EventId, payload, cancellationToken);
        }
        catch (Exception exception) when (exception is not OperationCanceledException && !IsPassing(exception))
        {
            // A fault of the service's own. One event that cannot be told must not end the service again and again.
            LogFault(due.Webhook.WebhookId, due.EventId, ReasonOf(exception));
            return new AttemptResult(null, DeliveryErrors.Internal);
        }
    }

    // NATS is the operator's. It is never given up.
    private static TimeSpan? PauseAfter(DueDelivery due) =>
        due.IsForNats ? RetrySchedule.AlwaysAfter(due.Attempts) : RetrySchedule.After(due.Attempts);

    private async Task GiveBackAsync(DueDelivery due)
    {
        try
        {
            await queue.GiveBackAsync(due, Time.GetDatabaseNow(), CancellationToken.None);
        }
        catch (Exception exception) when (IsPassing(exception))
        {
            // The lease ends by itself.
        }
    }

    [LoggerMessage(
        2, LogLevel.Warning, "The webhook {WebhookId} is switched off: its receiver answered {Status} ({Error}) to the last attempt.")]
    private partial void LogDisabled(Guid webhookId, int? status, string? error);

    [LoggerMessage(3, LogLevel.Error, "The event {EventId} could not be told to the webhook {WebhookId}: {Reason}")]
    private partial void LogFault(Guid webhookId, Guid eventId, string reason);
}
