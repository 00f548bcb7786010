using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Authentication;
using Microsoft.Extensions.Options;
using SessionService.Application.Time;
using SessionService.Application.Webhooks;
using SessionService.Domain.Webhooks;

namespace SessionService.Infrastructure.Webhooks;

/// <summary>
/// Sends payloads with the headers of Standard Webhooks. Of an answer only the status counts: its text is not read, and reaches neither a
/// log nor a client.
/// </summary>
internal sealed class WebhookSender : IWebhookSender, IDisposable
{
    private readonly HttpClient _http;
    private readonly SecretSeal _seal;
    private readonly IOptions<WebhookOptions> _options;
    private readonly TimeProvider _time;

    public WebhookSender(WebhookConnections connections, SecretSeal seal, IOptions<WebhookOptions> options, TimeProvider time)
    {
        // The time-out of an attempt is its token's.
        _http = new HttpClient(connections.NewHandler()) { Timeout = Timeout.InfiniteTimeSpan };
        (_seal, _options, _time) = (seal, options, time);
    }

    public async Task<WebhookTestResponse> TestAsync(Webhook webhook, CancellationToken cancellationToken)
    {
        var now = _time.GetDatabaseNow();
        var start = _time.GetTimestamp();
        var result = await SendAsync(webhook, Guid.CreateVersion7(now), WebhookPayload.OfTest(webhook, now), cancellationToken);
        return new WebhookTestResponse
        {
            Delivered = result.IsDelivered,
            Status = result.Status,
            Error = result.Error,
            DurationMs = (long)_time.GetElapsedTime(start).TotalMilliseconds,
        };
    }

    public async Task<AttemptResult> SendAsync(Webhook webhook, Guid eventId, byte[] payload, CancellationToken cancellationToken)
    {
        // What was allowed when the webhook was made may not be now.
        if (WebhookUrls.Refuse(webhook.Url, _options.Value) is not null)
        {
            return new AttemptResult(null, DeliveryErrors.AddressRefused);
        }

        if (FindSecrets(webhook) is not { } secrets)
        {
            return new AttemptResult(null, DeliveryErrors.Secret);
        }

        using var patience = new CancellationTokenSource(_options.Value.Timeout, _time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            using var request = NewRequest(webhook.Url, eventId, payload, secrets);
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, both.Token);
            return ResultOf(response.StatusCode);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new AttemptResult(null, DeliveryErrors.Timeout);
        }
        catch (HttpRequestException exception)
        {
            return new AttemptResult(null, ErrorOf(exception));
        }
        catch (IOException)
        {
            return new AttemptResult(null, DeliveryErrors.Connection);
        }
    }

    public void Dispose() => _http.Dispose();

    /// <summary>The name of an event in <c>webhook-id</c>.</summary>
    public static string IdOf(Guid eventId) => eventId.ToString();

    private HttpRequestMessage NewRequest(string url, Guid eventId, byte[] payload, IReadOnlyList<byte[]> secrets)
    {
        var (id, timestamp) = (IdOf(eventId), _time.GetUtcNow().ToUnixTimeSeconds());
        var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ByteArrayContent(payload) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.UserAgent.ParseAdd("session-service");
        request.Headers.Add("webhook-id", id);
        request.Headers.Add("webhook-timestamp", $"{timestamp}");
        request.Headers.Add("webhook-signature", WebhookSignature.Of(id, timestamp, payload, secrets));
        return request;
    }

    /// <summary>The secrets that sign, the newest first; <see langword="null"/> where the newest cannot be read.</summary>
    private List<byte[]>? FindSecrets(Webhook webhook)
    {
        if (_seal.Open(webhook.WebhookId, webhook.Secret) is not { } secret)
        {
            return null;
        }

        List<byte[]> secrets = [secret];
        if (webhook.PreviousSecret is { } kept
            && webhook.PreviousUntil > _time.GetUtcNow()
            && _seal.Open(webhook.WebhookId, kept) is { } previous)
        {
            secrets.Add(previous);
        }

        return secrets;
    }

    private static AttemptResult ResultOf(HttpStatusCode status) => new(
        (int)status,
        (int)status switch
        {
            >= 200 and < 300 => null,
            >= 300 and < 400 => DeliveryErrors.Redirect,
            _ => DeliveryErrors.Status,
        });

    private static string ErrorOf(HttpRequestException exception)
    {
        for (Exception? cause = exception; cause is not null; cause = cause.InnerException)
        {
            switch (cause)
            {
                case RefusedAddressException:
                    return DeliveryErrors.AddressRefused;
                case AuthenticationException:
                    return DeliveryErrors.Tls;
                case SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain }:
                    return DeliveryErrors.UnknownHost;
                case TimeoutException:
                    return DeliveryErrors.Timeout;
            }
        }

        return DeliveryErrors.Connection;
    }
}
