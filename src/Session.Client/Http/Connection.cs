using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Polly.Timeout;

namespace SessionService.Client;

/// <summary>Sends calls for one user, or for nobody in particular, and reads their answers.</summary>
internal sealed class Connection(
    IHttpClientFactory clients, SessionServiceOptions options, TimeProvider time, string? userId)
{
    public const string HttpClientName = "SessionService.Client";

    private const string Base = "/api/v1/";
    private const string EventStream = "text/event-stream";

    private readonly string _address = options.Address!.AbsoluteUri.TrimEnd('/') + Base;

    public Connection(IHttpClientFactory clients, SessionServiceOptions options, TimeProvider time)
        : this(clients, options, time, options.UserId)
    {
    }

    public string? UserId => userId;

    /// <summary>The path of the data of the user: only a request for a user has one.</summary>
    public string UserPath => "users/" + Call.Segment(userId ?? throw new InvalidOperationException(
        "This call is about a user. Name the user in SessionServiceOptions.UserId or by SessionServiceClient.ForUser."));

    /// <summary>How long the next bytes of a streamed answer may take.</summary>
    public TimeSpan ReadPeriod => options.Retries.AttemptTimeout;

    public Connection ForUser(string user) => new(clients, options, time, user);

    /// <summary>Sends a body and reads an answer.</summary>
    public Task<TAnswer> SendAsync<TBody, TAnswer>(
        Call call, TBody body, JsonTypeInfo<TBody> bodyType, JsonTypeInfo<TAnswer> answerType, CancellationToken cancellationToken)
        where TBody : class
    {
        ArgumentNullException.ThrowIfNull(body);
        var content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(body, bodyType));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return SendAsync(call with { Content = content }, answerType, cancellationToken);
    }

    /// <summary>Sends a call and reads its answer.</summary>
    public async Task<TAnswer> SendAsync<TAnswer>(Call call, JsonTypeInfo<TAnswer> type, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(call, cancellationToken).ConfigureAwait(false);
        return await ReadAsync(response, type, cancellationToken).ConfigureAwait(false);
    }

    public static async Task<TAnswer> ReadAsync<TAnswer>(
        HttpResponseMessage response, JsonTypeInfo<TAnswer> type, CancellationToken cancellationToken)
    {
        try
        {
            using var body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            var answer = await JsonSerializer.DeserializeAsync(body, type, cancellationToken).ConfigureAwait(false)
                ?? throw new JsonException("The answer is null.");
            if (answer is ITagged tagged)
            {
                tagged.ETag = response.Headers.ETag?.ToString();
            }

            return answer;
        }
        catch (JsonException exception)
        {
            throw new SessionServiceException("The answer is not of the service: is its address right?", exception)
            {
                Status = (int)response.StatusCode,
                IsOutcomeUnknown = response.RequestMessage is { } request && request.Method != HttpMethod.Get,
            };
        }
    }

    /// <summary>The body of an answer as it arrives. What breaks off before its headers is repeated; later, reading throws.</summary>
    public async Task<Stream> StreamAsync(Call call, CancellationToken cancellationToken)
    {
        var response = await SendAsync(call with { IsStreamed = true, IsTransfer = true }, cancellationToken).ConfigureAwait(false);
        var bytes = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        return new AnswerStream(bytes, ReadPeriod, resume: null);
    }

    /// <summary>Events as they arrive; <see langword="null"/> where there are none. Where they break off, reading throws.</summary>
    public async Task<Stream?> EventsAsync(Call call, CancellationToken cancellationToken)
    {
        var response = await SendAsync(call with { IsStreamed = true, Accept = EventStream }, cancellationToken).ConfigureAwait(false);
        if (response.Content.Headers.ContentType?.MediaType == EventStream)
        {
            var bytes = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            return new AnswerStream(bytes, ReadPeriod, resume: null);
        }

        using (response)
        {
            return response.StatusCode == HttpStatusCode.NoContent
                ? null
                : throw new SessionServiceException("The answer is not of the service: is its address right?", cause: null)
                {
                    Status = (int)response.StatusCode,
                };
        }
    }

    /// <summary>The wait before events are asked for again. As between attempts it doubles, and varies at random.</summary>
    public Task PauseAsync(int failures, CancellationToken cancellationToken)
    {
        var longest = Math.Min(options.Retries.Delay.TotalSeconds * Math.Pow(2, failures), options.Retries.MaxDelay.TotalSeconds);
        return Task.Delay(TimeSpan.FromSeconds(longest * (0.5 + (Random.Shared.NextDouble() / 2))), time, cancellationToken);
    }

    /// <summary>Sends a call until it is answered. What is no success and not among the accepted statuses is thrown.</summary>
    public async Task<HttpResponseMessage> SendAsync(Call call, CancellationToken cancellationToken, HttpStatusCode? accepted = null)
    {
        using var request = MakeRequest(call);
        var state = new CallState(call, userId, time.GetTimestamp());
        state.AddTo(request);
        var response = await SendAsync(request, state, cancellationToken).ConfigureAwait(false);
        if (response.IsSuccessStatusCode || response.StatusCode == accepted)
        {
            return response;
        }

        using (response)
        {
            var problem = await Problem.ReadAsync(response).ConfigureAwait(false);
            throw new SessionServiceException((int)response.StatusCode, problem)
            {
                RetryAfter = Retries.RetryAfter(response, time),
                IsOutcomeUnknown = state.IsOutcomeUnknown,
            };
        }
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CallState state, CancellationToken cancellationToken)
    {
        try
        {
            return await clients.CreateClient(HttpClientName)
                .SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken)
                .ConfigureAwait(false);
        }
        catch (Exception exception) when (
            exception is HttpRequestException or IOException or TimeoutRejectedException or OperationCanceledException
            && !cancellationToken.IsCancellationRequested)
        {
            throw new SessionServiceException("The service gave no answer: " + exception.Message, exception)
            {
                IsOutcomeUnknown = state.IsOutcomeUnknown,
            };
        }
    }

    private HttpRequestMessage MakeRequest(Call call)
    {
        var url = new StringBuilder(_address).Append(call.Path);
        var query = call.Query ?? [];
        var user = call.IsAboutNobody ? null : userId;
        var isHeaderFit = user is null || IsHeaderText(user);
        if (!isHeaderFit)
        {
            query.Add("user_id", user);
        }

        query.AppendTo(url);
        var request = new HttpRequestMessage(call.Method, url.ToString()) { Content = call.Content };
        Add("X-User-Id", isHeaderFit ? user : null);
        Add("Idempotency-Key", call.IdempotencyKey);
        Add("If-Match", call.IfMatch);
        Add("If-None-Match", call.IfNoneMatch);
        Add("Range", call.Range);
        Add("If-Range", call.IfRange);
        Add("Accept", call.Accept ?? "application/json");
        return request;

        void Add(string name, string? value)
        {
            if (value is not null)
            {
                request.Headers.TryAddWithoutValidation(
                    name,
                    IsHeaderText(value)
                        ? value
                        : throw new ArgumentException($"The value of {name} must be printable ASCII.", nameof(call)));
            }
        }
    }

    /// <summary>Whether a text arrives unchanged in a header; any other one goes into the query.</summary>
    private static bool IsHeaderText(string text) => text.All(c => c is >= ' ' and <= '~') && text == text.Trim();
}
