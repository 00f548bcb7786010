using System.Net;
using SessionService.Client;
using SessionService.ClientTests.Hosting;

namespace SessionService.ClientTests.Live;

public sealed class FollowTests
{
    private const string Deleted = "event: deleted\ndata: {}\n\n";

    private static readonly Guid Id = Guid.Parse("a87a9d6e-4137-4d41-8ab8-a13c4abcc83e");

    [Fact]
    public async Task A_stream_that_breaks_off_goes_on_after_the_last_whole_event()
    {
        var service = new StubService()
            .ThenEvents("retry: 1000\n: open\n\nid: a\nevent: message\ndata: {\"sequence\":1}\n\nid: b\nevent: message\ndata: {\"sequence\":2}\n")
            .ThenEvents(": open\n\n")
            .ThenBreakOff()
            .ThenEvents("id: b\nevent: message\ndata: {\"sequence\":2}\n\nid: c\n" + Deleted);

        var told = await service.Client().Live.FollowSessionAsync(Id, "0").ToListAsync();

        Assert.Equal(["a", "b", "c"], told.Select(one => one.Id));
        Assert.Equal([1, 2], told.OfType<MessageEvent>().Select(one => one.Message.Sequence));
        Assert.Equal(
            ["?after=0", "?after=a", "?after=a", "?after=a"],
            service.Requests.Select(request => request.Address.Query));
        Assert.All(service.Requests, request => Assert.Equal("text/event-stream", request.Headers["Accept"]));
    }

    [Fact]
    public async Task Each_kind_of_event_has_its_type_and_a_new_kind_is_told_as_it_is()
    {
        var service = new StubService().ThenEvents(
            "id: 1\nevent: delta\ndata: {\"sequence\":2,\"index\":3,\"text\":\"Hel\"}\n\n"
            + "id: 2\nevent: session\ndata: {\"status\":\ndata: \"completed\",\"news\":1}\n\n"
            + "id: 3\r\nevent: snapshot\r\ndata: {\"session\":null}\r\n\r\n"
            + "id: 4\nevent: mood\ndata:{}\nother\n\n"
            + Deleted);

        var told = await service.Client().Live.FollowSessionAsync(Id).ToListAsync();

        Assert.Equal((2, 3, "Hel"), Assert.IsType<DeltaEvent>(told[0]) is var delta ? (delta.Sequence, delta.Index, delta.Text) : default);
        Assert.Equal(SessionStatus.Completed, Assert.IsType<SessionEvent>(told[1]).Session.Status);
        Assert.Null(Assert.IsType<SnapshotEvent>(told[2]).Session);
        Assert.Equal(("mood", "{}"), Assert.IsType<UnknownEvent>(told[3]) is var other ? (other.Name, other.Data) : default);
        Assert.IsType<DeletedEvent>(told[4]);
        Assert.Equal(["1", "2", "3", "4", "4"], told.Select(one => one.Id));
    }

    [Fact]
    public async Task A_session_that_was_erased_while_nobody_listened_is_told_as_deleted()
    {
        var service = new StubService()
            .ThenEvents("id: a\nevent: message\ndata: {\"sequence\":1}\n\n")
            .Then(HttpStatusCode.NotFound, "session_not_found");

        var told = await service.Client().Live.FollowSessionAsync(Id).ToListAsync();

        Assert.Equal(Id, Assert.IsType<DeletedEvent>(told[1]).SessionId);
    }

    [Fact]
    public async Task A_session_that_never_was_is_refused()
    {
        var service = new StubService().Then(HttpStatusCode.NotFound, "session_not_found");

        var refusal = await Assert.ThrowsAsync<SessionServiceException>(() => service.Client().Live.FollowSessionAsync(Id).ToListAsync());

        Assert.Equal("session_not_found", refusal.Code);
    }

    [Fact]
    public async Task The_deletion_of_a_session_does_not_end_the_stream_of_a_user()
    {
        var service = new StubService().ThenEvents("id: a\n" + Deleted + "id: b\nevent: snapshot\ndata: {\"session\":null}\n\n");
        var kinds = new List<Type>();

        await foreach (var told in service.Client().Live.FollowUserAsync())
        {
            kinds.Add(told.GetType());
            if (kinds.Count == 2)
            {
                break;
            }
        }

        Assert.Equal([typeof(DeletedEvent), typeof(SnapshotEvent)], kinds);
    }

    [Fact]
    public async Task A_stream_that_cannot_be_opened_again_throws_as_any_call_does()
    {
        var service = new StubService().ThenEvents("id: a\nevent: message\ndata: {\"sequence\":1}\n\n").ThenBreakOff().ThenBreakOff();
        var events = service.Client(options => options.Retries.MaxRetries = 1).Live.FollowSessionAsync(Id).GetAsyncEnumerator();

        Assert.True(await events.MoveNextAsync());
        await Assert.ThrowsAsync<SessionServiceException>(async () => await events.MoveNextAsync());

        Assert.Equal(3, service.Requests.Count);
    }

    [Fact]
    public async Task A_cancelled_stream_ends()
    {
        using var stop = new CancellationTokenSource();
        var service = new StubService().ThenEvents("id: a\nevent: message\ndata: {\"sequence\":1}\n\n").Then(() =>
        {
            stop.Cancel();
            return new(HttpStatusCode.OK) { Content = new StringContent("", mediaType: new("text/event-stream")) };
        });

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var told in service.Client().Live.FollowSessionAsync(Id, cancellationToken: stop.Token))
            {
                Assert.IsType<MessageEvent>(told);
            }
        });
    }

    [Fact]
    public async Task A_writer_numbers_its_deltas_and_gives_one_again_that_failed()
    {
        var service = new StubService()
            .Then(HttpStatusCode.Created)
            .Then(HttpStatusCode.OK)
            .Then(HttpStatusCode.InternalServerError, "internal_error");
        var writer = await service.Client().Messages.OpenAsync(Id, new() { Role = MessageRole.Assistant });

        await writer.AddTextAsync("a");
        await Assert.ThrowsAsync<SessionServiceException>(() => writer.AddTextAsync("b"));
        await writer.AddTextAsync("b");
        await writer.AddTextAsync("");
        await writer.AddPartsAsync([]);

        Assert.Equal(3, writer.NextIndex);
        Assert.Equal(
            [
                """{"role":"assistant","status":"in_progress"}""",
                """{"index":0,"text":"a"}""",
                """{"index":1,"text":"b"}""",
                """{"index":1,"text":"b"}""",
                """{"index":2,"parts":[]}""",
            ],
            service.Requests.Select(request => request.Body));
    }
}
