using System.Net;
using Microsoft.Extensions.DependencyInjection;
using SessionService.Client;

namespace SessionService.ClientTests.Hosting;

/// <summary>Answers in place of the service, and keeps what it was asked.</summary>
internal sealed class StubService : HttpMessageHandler
{
    private readonly Queue<Func<HttpResponseMessage>> _answers = new();

    public List<StubRequest> Requests { get; } = [];

    /// <summary>The clock of the client's waits.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    public StubService Then(Func<HttpResponseMessage> answer)
    {
        _answers.Enqueue(answer);
        return this;
    }

    public StubService Then(HttpStatusCode status, string? code = null, TimeSpan? retryAfter = null) => Then(() =>
    {
        var response = new HttpResponseMessage(status)
        {
            Content = code is null
                ? new StringContent("{}", mediaType: new("application/json"))
                : new StringContent($$"""{"code": "{{code}}", "detail": "No."}""", mediaType: new("application/problem+json")),
        };
        response.Headers.RetryAfter = retryAfter is { } wait ? new(wait) : null;
        return response;
    });

    public StubService ThenBreakOff() => Then(() => throw new HttpRequestException(HttpRequestError.ResponseEnded));

    public StubService ThenEvents(string text) => Then(() => Events(text));

    public SessionServiceClient Client(
        Action<SessionServiceOptions>? configure = null, Action<IServiceCollection>? others = null)
    {
        var services = new ServiceCollection();
        others?.Invoke(services);
        services.AddSingleton(Time);
        services.AddSessionServiceClient(options =>
        {
            options.Address = new Uri("http://service");
            options.UserId = "ada";
            options.Retries.Delay = TimeSpan.FromMilliseconds(10);
            options.Retries.MaxDelay = TimeSpan.FromMilliseconds(10);
            configure?.Invoke(options);
        }).ConfigurePrimaryHttpMessageHandler(() => this);
        return services.BuildServiceProvider().GetRequiredService<SessionServiceClient>();
    }

    private static HttpResponseMessage Events(string text) =>
        new(HttpStatusCode.OK) { Content = new StringContent(text, mediaType: new("text/event-stream")) };

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Requests.Add(new(
            request.Method,
            request.RequestUri!,
            request.Headers.ToDictionary(header => header.Key, header => string.Join(',', header.Value), StringComparer.OrdinalIgnoreCase),
            request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken)));
        var response = _answers.TryDequeue(out var answer)
            ? answer()
            : request.Headers.Accept.ToString() == "text/event-stream"
                ? Events("event: deleted\ndata: {}\n\n")
                : new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent("{}", mediaType: new("application/json")) };
        response.RequestMessage = request;
        return response;
    }
}

internal sealed record StubRequest(HttpMethod Method, Uri Address, IReadOnlyDictionary<string, string> Headers, string Body);
