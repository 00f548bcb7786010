using System.Net;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using SessionService.Client;
using SessionService.ClientTests.Hosting;

namespace SessionService.ClientTests.Retries;

public sealed class RetryTests
{
    private static readonly Guid Id = Guid.Parse("a87a9d6e-4137-4d41-8ab8-a13c4abcc83e");

    // Long enough for an attempt that is answered at once, also where the machine pauses.
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(3);

    private static readonly CreateMessageRequest Hello = new() { Role = MessageRole.User, Content = "Hello" };

    [Fact]
    public async Task A_write_carries_one_key_over_all_attempts_and_another_one_in_the_next_call()
    {
        var service = new StubService()
            .ThenBreakOff()
            .Then(HttpStatusCode.ServiceUnavailable, "outcome_unknown")
            .Then(HttpStatusCode.TooManyRequests, "rate_limit_exceeded")
            .Then(HttpStatusCode.BadGateway, "bad_gateway")
            .Then(HttpStatusCode.GatewayTimeout)
            .Then(HttpStatusCode.Created);
        var client = service.Client();

        await client.Messages.AppendAsync(Id, Hello);
        await client.Messages.AppendAsync(Id, Hello);

        Assert.Equal(7, service.Requests.Count);
        Assert.Single(service.Requests.Select(request => request.Body).Distinct());
        Assert.Single(service.Requests.Take(6).Select(request => request.Headers["Idempotency-Key"]).Distinct());
        Assert.NotEqual(service.Requests[5].Headers["Idempotency-Key"], service.Requests[6].Headers["Idempotency-Key"]);
    }

    [Fact]
    public async Task The_key_may_be_the_callers()
    {
        var service = new StubService().ThenBreakOff();

        await service.Client().Messages.AppendAsync(Id, Hello, idempotencyKey: "run-7");

        Assert.Equal(["run-7", "run-7"], service.Requests.Select(request => request.Headers["Idempotency-Key"]));
    }

    [Fact]
    public async Task An_answer_that_breaks_off_in_its_body_is_asked_for_again()
    {
        var service = new StubService().Then(() => new(HttpStatusCode.OK) { Content = new BrokenContent() });

        await service.Client().Messages.ListPageAsync(Id);

        Assert.Equal(2, service.Requests.Count);
    }

    [Theory]
    [InlineData(HttpStatusCode.BadRequest)]
    [InlineData(HttpStatusCode.NotFound)]
    [InlineData(HttpStatusCode.Conflict)]
    [InlineData(HttpStatusCode.UnprocessableEntity)]
    [InlineData(HttpStatusCode.InternalServerError)]
    public async Task An_answer_that_will_not_change_is_not_asked_for_again(HttpStatusCode status)
    {
        var service = new StubService().Then(status, "some_code");

        var refusal = await Assert.ThrowsAsync<SessionServiceException>(() => service.Client().Messages.AppendAsync(Id, Hello));

        Assert.Single(service.Requests);
        Assert.Equal(((int)status, "some_code", "No."), (refusal.Status, refusal.Code, refusal.Detail));
        Assert.Equal(status == HttpStatusCode.InternalServerError, refusal.IsOutcomeUnknown);
    }

    [Fact]
    public async Task A_request_that_makes_something_without_a_key_is_not_repeated_where_its_outcome_is_unknown()
    {
        var service = new StubService()
            .Then(HttpStatusCode.ServiceUnavailable, "database_unavailable")
            .Then(HttpStatusCode.TooManyRequests)
            .Then(() => throw new HttpRequestException(HttpRequestError.ConnectionError))
            .ThenBreakOff();

        var failure = await Assert.ThrowsAsync<SessionServiceException>(() => service.Client().Keys.CreateAsync(new()));

        Assert.Equal(4, service.Requests.Count);
        Assert.True(failure.IsOutcomeUnknown);
        Assert.Null(failure.Status);
        Assert.All(service.Requests, request => Assert.DoesNotContain("Idempotency-Key", request.Headers.Keys));
    }

    [Theory]
    [InlineData(HttpStatusCode.ServiceUnavailable, "overloaded")]
    [InlineData(HttpStatusCode.TooManyRequests, "rate_limit_exceeded")]
    [InlineData(HttpStatusCode.Unauthorized, "invalid_token")]
    [InlineData(HttpStatusCode.Forbidden, "forbidden")]
    public async Task A_write_whose_answer_was_lost_may_be_done_although_later_attempts_did_nothing(HttpStatusCode status, string code)
    {
        var service = new StubService().ThenBreakOff().Then(status, code);

        var failure = await Assert.ThrowsAsync<SessionServiceException>(
            () => service.Client(options => options.Retries.MaxRetries = 1).Messages.AppendAsync(Id, Hello));

        Assert.Equal((2, code), (service.Requests.Count, failure.Code));
        Assert.True(failure.IsOutcomeUnknown);
    }

    [Fact]
    public async Task A_write_whose_answer_was_lost_may_be_done_although_the_service_is_gone_afterwards()
    {
        var service = new StubService().ThenBreakOff().Then(() => throw new HttpRequestException(HttpRequestError.ConnectionError));

        var failure = await Assert.ThrowsAsync<SessionServiceException>(
            () => service.Client(options => options.Retries.MaxRetries = 1).Messages.AppendAsync(Id, Hello));

        Assert.Equal(2, service.Requests.Count);
        Assert.True(failure.IsOutcomeUnknown);
    }

    [Fact]
    public async Task A_write_whose_answer_cannot_be_read_may_be_done()
    {
        var service = new StubService().Then(() => new(HttpStatusCode.Created) { Content = new StringContent("<html>") });

        var failure = await Assert.ThrowsAsync<SessionServiceException>(() => service.Client().Messages.AppendAsync(Id, Hello));

        Assert.True(failure.IsOutcomeUnknown);
    }

    [Fact]
    public async Task Retries_that_an_application_gives_to_all_its_clients_do_not_repeat_what_must_not_be_repeated()
    {
        var service = new StubService().ThenBreakOff();
        var client = service.Client(
            others: services => services.ConfigureHttpClientDefaults(http => http.AddStandardResilienceHandler()));

        var failure = await Assert.ThrowsAsync<SessionServiceException>(() => client.Keys.CreateAsync(new()));

        Assert.Single(service.Requests);
        Assert.True(failure.IsOutcomeUnknown);
    }

    [Fact]
    public async Task A_token_that_does_not_come_in_time_is_no_cancellation_of_the_call()
    {
        var client = new StubService().Client(options => options.TokenProvider = async (_, _) =>
        {
            using var issuer = new CancellationTokenSource(TimeSpan.FromMilliseconds(1));
            await Task.Delay(Timeout.Infinite, issuer.Token);
            return null;
        });

        await Assert.ThrowsAsync<SessionServiceException>(() => client.Sessions.GetAsync(Id));
    }

    [Fact]
    public async Task An_item_that_new_ones_push_to_the_next_page_does_not_come_twice()
    {
        string[] keys = [.. Enumerable.Range(1, 3).Select(number => $$"""{"key_id": "00000000-0000-0000-0000-00000000000{{number}}"}""")];
        var service = new StubService()
            .Then(() => Page($$"""{"keys": [{{keys[0]}}, {{keys[1]}}], "total": 3}"""))
            .Then(() => Page($$"""{"keys": [{{keys[1]}}, {{keys[2]}}], "total": 4}"""));

        var listed = await service.Client().Keys.ListAsync().ToListAsync();

        Assert.Equal(["1", "2", "3"], listed.Select(key => key.KeyId.ToString()[^1..]));

        static HttpResponseMessage Page(string json) =>
            new(HttpStatusCode.OK) { Content = new StringContent(json, mediaType: new("application/json")) };
    }

    [Fact]
    public async Task A_failed_condition_tells_whether_the_change_may_be_the_own_one()
    {
        var direct = new StubService().Then(HttpStatusCode.PreconditionFailed, "precondition_failed");
        var repeated = new StubService().ThenBreakOff().Then(HttpStatusCode.PreconditionFailed, "precondition_failed");

        var others = await Assert.ThrowsAsync<SessionServiceException>(() => direct.Client().Sessions.UpdateAsync(Id, new(), "\"1\""));
        var perhapsOwn = await Assert.ThrowsAsync<SessionServiceException>(() => repeated.Client().Sessions.UpdateAsync(Id, new(), "\"1\""));

        Assert.False(others.IsOutcomeUnknown);
        Assert.True(perhapsOwn.IsOutcomeUnknown);
    }

    [Fact]
    public async Task An_erasure_whose_receipt_was_lost_has_succeeded_and_one_of_no_session_has_not()
    {
        var repeated = new StubService().ThenBreakOff().Then(HttpStatusCode.NotFound, "session_not_found");
        var direct = new StubService().Then(HttpStatusCode.NotFound, "session_not_found");

        Assert.Null(await repeated.Client().Erasure.EraseSessionAsync(Id));
        await Assert.ThrowsAsync<SessionServiceException>(() => direct.Client().Erasure.EraseSessionAsync(Id));
    }

    [Fact]
    public async Task A_stream_that_can_seek_is_sent_again_whole_and_any_other_one_is_not()
    {
        var bytes = Encoding.UTF8.GetBytes("skipped,lines");
        var seeking = new StubService().ThenBreakOff().Then(HttpStatusCode.ServiceUnavailable, "overloaded");
        var passing = new StubService().ThenBreakOff();

        await seeking.Client().Transfers.ImportAsync(new MemoryStream(bytes) { Position = 8 });
        var failure = await Assert.ThrowsAsync<SessionServiceException>(
            () => passing.Client().Transfers.ImportAsync(new PassingStream(bytes)));

        Assert.Equal(["lines", "lines", "lines"], seeking.Requests.Select(request => request.Body));
        Assert.Equal("skipped,lines", Assert.Single(passing.Requests).Body);
        Assert.True(failure.IsOutcomeUnknown);
    }

    [Fact]
    public async Task The_wait_that_the_service_asks_for_is_kept()
    {
        var time = new FakeTimeProvider();
        var service = new StubService { Time = time }
            .Then(HttpStatusCode.ServiceUnavailable, "overloaded", retryAfter: TimeSpan.FromSeconds(30));
        var start = time.GetUtcNow();

        var call = service.Client().Sessions.GetAsync(Id);
        while (!call.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        await call;
        Assert.Equal(2, service.Requests.Count);
        Assert.InRange(time.GetUtcNow() - start, TimeSpan.FromSeconds(30), TimeSpan.MaxValue);
    }

    [Fact]
    public async Task A_wait_longer_than_the_call_may_take_is_not_begun()
    {
        var service = new StubService().Then(HttpStatusCode.TooManyRequests, "rate_limit_exceeded", retryAfter: TimeSpan.FromHours(1));

        var refusal = await Assert.ThrowsAsync<SessionServiceException>(() => service.Client().Sessions.GetAsync(Id));

        Assert.Equal((429, TimeSpan.FromHours(1)), (refusal.Status, refusal.RetryAfter));
    }

    [Fact]
    public async Task Attempts_are_counted_and_may_be_forbidden()
    {
        var few = new StubService();
        Enumerable.Range(0, 9).ToList().ForEach(_ => few.ThenBreakOff());
        var one = new StubService().ThenBreakOff();

        await Assert.ThrowsAsync<SessionServiceException>(
            () => few.Client(options => options.Retries.MaxRetries = 3).Messages.AppendAsync(Id, Hello));
        var failure = await Assert.ThrowsAsync<SessionServiceException>(
            () => one.Client(options => options.Retries.MaxRetries = 0).Messages.AppendAsync(Id, Hello));

        Assert.Equal(4, few.Requests.Count);
        Assert.Single(one.Requests);
        Assert.True(failure.IsOutcomeUnknown);
    }

    [Fact]
    public async Task An_attempt_that_takes_too_long_is_given_up()
    {
        var service = new StubService().Then(() => new(HttpStatusCode.OK) { Content = new EndlessContent() });

        await service.Client(options => options.Retries.AttemptTimeout = Short).Sessions.GetAsync(Id);

        Assert.Equal(2, service.Requests.Count);
    }

    [Fact]
    public async Task A_call_that_takes_too_long_ends_with_the_clients_exception_and_a_cancelled_one_as_cancelled()
    {
        using var cancellation = new CancellationTokenSource();
        var slow = new StubService().Then(() => new(HttpStatusCode.OK) { Content = new EndlessContent() });
        var cancelled = new StubService().Then(() =>
        {
            cancellation.Cancel();
            return new(HttpStatusCode.OK) { Content = new EndlessContent() };
        });

        var failure = await Assert.ThrowsAsync<SessionServiceException>(
            () => slow.Client(options => options.Retries.TotalTimeout = Short).Messages.AppendAsync(Id, Hello));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => cancelled.Client().Messages.AppendAsync(Id, Hello, cancellationToken: cancellation.Token));

        Assert.True(failure.IsOutcomeUnknown);
    }

    [Fact]
    public async Task An_export_that_breaks_off_or_does_not_come_on_throws()
    {
        var broken = new StubService().Then(() => new(HttpStatusCode.OK) { Content = new BrokenContent() });
        var stuck = new StubService().Then(() => new(HttpStatusCode.OK) { Content = new StreamContent(new StuckStream()) });

        await using var first = await broken.Client().Transfers.ExportUserAsync();
        await using var second = await stuck
            .Client(options => options.Retries.AttemptTimeout = Short).Transfers.ExportUserAsync();

        await Assert.ThrowsAsync<IOException>(() => first.CopyToAsync(Stream.Null));
        await Assert.ThrowsAsync<IOException>(() => second.CopyToAsync(Stream.Null));
    }

    private sealed class BreakingStream : MemoryStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            throw new HttpIOException(HttpRequestError.ResponseEnded);
    }

    private sealed class StuckStream : MemoryStream
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
            return 0;
        }
    }

    private sealed class BrokenContent : HttpContent
    {
        public BrokenContent() => Headers.ContentType = new("application/json");

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync("{\"messages\": ["u8.ToArray());
            throw new HttpIOException(HttpRequestError.ResponseEnded);
        }

        protected override Task<Stream> CreateContentReadStreamAsync() => Task.FromResult<Stream>(new BreakingStream());

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }

    private sealed class EndlessContent : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
            SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken) =>
            Task.Delay(Timeout.Infinite, cancellationToken);

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }

    private sealed class PassingStream(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;
    }
}
