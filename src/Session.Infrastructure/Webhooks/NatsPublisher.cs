using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using NATS.Client.Core;
using NATS.Client.JetStream;
using SessionService.Application.Webhooks;
using SessionService.Infrastructure.Writes;

namespace SessionService.Infrastructure.Webhooks;

/// <summary>
/// Publishes events to JetStream. An event counts as delivered when a stream has acknowledged it. While there is no connection, nothing is
/// taken from the outbox, so nothing is buffered here beyond the few events that are under way.
/// </summary>
internal sealed partial class NatsPublisher : IAsyncDisposable
{
    // What JetStream says of a message that is longer than its stream allows.
    private const int MessageTooLarge = 10_054;

    private const string NoStream = "no_stream";
    private const string Refused = "refused";
    private const string TooLarge = "too_large";

    // A start, or the restart of a server, is not worth a line.
    private const int LooksBeforeTrouble = 5;

    // After a failure that other events would meet too.
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromSeconds(5);

    private readonly NatsOptions _options;
    private readonly IOptions<WebhookOptions> _limits;
    private readonly WebhookPayload _payloads;
    private readonly TimeProvider _time;
    private readonly ILogger<NatsPublisher> _logger;
    private readonly NatsConnection? _connection;
    private readonly NatsJSContext? _streams;
    private Task _connecting = Task.CompletedTask;
    private string? _trouble;
    private int _looksWithoutConnection;
    private long _pausedUntil;

    public NatsPublisher(
        IOptions<EventOptions> events,
        IOptions<WebhookOptions> limits,
        WebhookPayload payloads,
        IMeterFactory meters,
        TimeProvider time,
        ILogger<NatsPublisher> logger)
    {
        (_options, _limits, _payloads, _time, _logger) = (events.Value.Nats, limits, payloads, time, logger);
        if (!_options.IsGiven)
        {
            return;
        }

        // The client gets no logger: its lines and exceptions may quote the address.
        _connection = new NatsConnection(NatsOpts.Default with
        {
            Url = _options.Url!,
            Name = "session-service",
            AuthOpts = NatsAuthOpts.Default with { CredsFile = _options.CredentialsFile },
            RequestTimeout = limits.Value.Timeout,
            CommandTimeout = limits.Value.Timeout,
            RetryOnInitialConnect = true,
            IgnoreAuthErrorAbort = true,
        });
        _streams = new NatsJSContext(_connection);
        meters.Create(WriteMetrics.MeterName).CreateObservableGauge(
            "session_service.nats.connected",
            () => _connection.ConnectionState == NatsConnectionState.Open ? 1 : 0,
            description: "Whether there is a connection to NATS.");
    }

    /// <summary>Whether events may be published now. Begins to connect if there is no connection yet. Only the delivery job asks.</summary>
    public bool IsReady
    {
        get
        {
            if (_connection is null)
            {
                return false;
            }

            if (_connection.ConnectionState == NatsConnectionState.Open)
            {
                _looksWithoutConnection = 0;
                return _time.GetUtcNow().UtcTicks >= Volatile.Read(ref _pausedUntil);
            }

            if (++_looksWithoutConnection == LooksBeforeTrouble)
            {
                Note(DeliveryErrors.Connection);
            }

            if (_connection.ConnectionState == NatsConnectionState.Closed && _connecting.IsCompleted)
            {
                _connecting = ConnectAsync(_connection);
            }

            return false;
        }
    }

    public async Task<AttemptResult> PublishAsync(DueDelivery due, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(_limits.Value.Timeout, _time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        var error = await TryPublishAsync(due, _options.IncludeContent, both.Token, cancellationToken);
        if (error == TooLarge && _options.IncludeContent)
        {
            // Better an event without content than none.
            error = await TryPublishAsync(due, includesContent: false, both.Token, cancellationToken);
        }

        if (error == TooLarge)
        {
            LogTooLarge(due.Type);
        }
        else
        {
            if (error is not null)
            {
                Volatile.Write(ref _pausedUntil, (_time.GetUtcNow() + PauseAfterFailure).UtcTicks);
            }

            Note(error);
        }

        return new AttemptResult(null, error);
    }

    public async ValueTask DisposeAsync()
    {
        if (_connection is not null)
        {
            await _connection.DisposeAsync();
            await _connecting;
        }
    }

    /// <returns>Why the event was not published; <see langword="null"/> where it was.</returns>
    private async Task<string?> TryPublishAsync(
        DueDelivery due, bool includesContent, CancellationToken cancellationToken, CancellationToken stop)
    {
        try
        {
            var payload = await _payloads.WriteAsync(due, includesContent, stop);
            var result = await _streams!.TryPublishAsync(
                $"{_options.Subject}.{due.Type}",
                payload,
                NatsRawSerializer<byte[]>.Default,
                new NatsJSPubOpts { MsgId = WebhookSender.IdOf(due.EventId), RetryAttempts = 1 },
                new NatsHeaders { ["webhook-id"] = WebhookSender.IdOf(due.EventId) },
                cancellationToken);
            if (!result.Success)
            {
                return ErrorOf(result.Error);
            }

            var acknowledgement = result.Value;
            return acknowledgement.Error is { } error
                ? error.ErrCode == MessageTooLarge ? TooLarge : Refused
                : string.IsNullOrEmpty(acknowledgement.Stream) ? NoStream : null;
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return DeliveryErrors.Timeout;
        }
        catch (NatsException exception)
        {
            return ErrorOf(exception);
        }
    }

    private static string ErrorOf(Exception exception) => exception switch
    {
        NatsPayloadTooLargeException => TooLarge,
        NatsNoRespondersException or NatsJSPublishNoResponseException => NoStream,
        NatsTimeoutException or NatsNoReplyException => DeliveryErrors.Timeout,
        _ => DeliveryErrors.Connection,
    };

    private static async Task ConnectAsync(NatsConnection connection)
    {
        try
        {
            await connection.ConnectAsync();
        }
        catch (Exception exception) when (exception is NatsException or OperationCanceledException or ObjectDisposedException)
        {
            // The next look tries again.
        }
    }

    /// <summary>Logs when trouble begins, changes and ends.</summary>
    private void Note(string? trouble)
    {
        var before = Interlocked.Exchange(ref _trouble, trouble);
        if (before == trouble)
        {
            return;
        }

        if (trouble is null)
        {
            LogWell();
        }
        else
        {
            LogTrouble(trouble, _options.Subject);
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "Events wait, because NATS does not take them ({Trouble}). Their subjects begin with {Subject}.")]
    private partial void LogTrouble(string trouble, string subject);

    [LoggerMessage(2, LogLevel.Information, "NATS takes events again.")]
    private partial void LogWell();

    [LoggerMessage(3, LogLevel.Warning, "An event {Type} waits, because it is larger than NATS or the stream allows.")]
    private partial void LogTooLarge(string type);
}
