using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Http.Resilience;
using Microsoft.Extensions.Options;
using Polly;
using Polly.Retry;
using Polly.Timeout;

namespace SessionService.Client;

/// <summary>Which attempts are followed by another one, and when.</summary>
internal static class Retries
{
    public static IHttpClientBuilder AddTo(IHttpClientBuilder http)
    {
        // Retries that an application gives to all its clients would repeat what must not be repeated, and end calls early.
#pragma warning disable EXTEXP0001 // Experimental: the method.
        http.RemoveAllResilienceHandlers();
#pragma warning restore EXTEXP0001
        http.AddResilienceHandler("session-service", static (pipeline, context) =>
        {
            var retries = context.ServiceProvider.GetRequiredService<IOptions<SessionServiceOptions>>().Value.Retries;
            var time = context.ServiceProvider.GetRequiredService<TimeProvider>();
            pipeline.TimeProvider = time;
            pipeline.AddTimeout(new TimeoutStrategyOptions
            {
                Name = "call",
                TimeoutGenerator = args => new(TotalTimeout(retries, StateOf(args.Context))),
            });
            if (retries.MaxRetries > 0)
            {
                pipeline.AddRetry(new HttpRetryStrategyOptions
                {
                    Name = "retry",
                    MaxRetryAttempts = retries.MaxRetries,
                    BackoffType = DelayBackoffType.Exponential,
                    UseJitter = true,
                    Delay = retries.Delay,
                    MaxDelay = retries.MaxDelay,
                    ShouldHandle = args => new(ShouldRetry(args, retries, time)),
                });
            }

            pipeline.AddTimeout(new TimeoutStrategyOptions
            {
                Name = "attempt",
                TimeoutGenerator = args =>
                    new(StateOf(args.Context).Call.IsTransfer ? Timeout.InfiniteTimeSpan : retries.AttemptTimeout),
            });
        });
        return http;
    }

    /// <summary>After how long the service asks to come again.</summary>
    public static TimeSpan? RetryAfter(HttpResponseMessage response, TimeProvider time) => response.Headers.RetryAfter switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } => date - time.GetUtcNow(),
        _ => null,
    };

    private static bool ShouldRetry(
        RetryPredicateArguments<HttpResponseMessage> args, SessionServiceRetryOptions retries, TimeProvider time)
    {
        var state = StateOf(args.Context);
        var mayRepeat = state.Verdict switch
        {
            Verdict.NotDone => true,
            Verdict.Unknown => state.Call.IsRepeatable,
            _ => false,
        };
        return mayRepeat
            && state.Call.Content is not OnceBody { IsSent: true }
            && (args.Outcome.Result is not { } refusal
                || RetryAfter(refusal, time) is not { } wait
                || time.GetElapsedTime(state.StartedAt) + wait < TotalTimeout(retries, state));
    }

    private static TimeSpan TotalTimeout(SessionServiceRetryOptions retries, CallState state) =>
        state.Call.IsTransfer ? retries.TransferTimeout : retries.TotalTimeout;

    private static CallState StateOf(ResilienceContext context) =>
        CallState.Of(context.GetRequestMessage() ?? throw new InvalidOperationException("There is no request."));
}
