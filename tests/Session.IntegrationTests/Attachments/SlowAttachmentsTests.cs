using System.Net;
using Microsoft.Extensions.DependencyInjection;
using SessionService.Api.Attachments;

namespace SessionService.IntegrationTests.Attachments;

/// <summary>
/// A service with two connections to its database, where ten uploads of a user may be open, and which closes no connection because its client is slow.
/// </summary>
public sealed class SlowAttachmentsFixture : AttachmentsFixture
{
    protected override IEnumerable<KeyValuePair<string, string>> Settings =>
        [.. base.Settings, new("Turns:OpenUploads", "40"), new("Limits:MinBytesPerSecond", "1")];

    // Seconds to wait for a connection: enough for a busy machine, and far fewer than the minutes that a slow client may take.
    protected override async Task<string> PrepareDatabaseAsync() => await base.PrepareDatabaseAsync() + ";Maximum Pool Size=2;Timeout=15";
}

public sealed class SlowAttachmentsTests(SlowAttachmentsFixture service) : IClassFixture<SlowAttachmentsFixture>
{
    private const int Clients = 8;

    [Fact]
    public async Task Clients_that_send_slowly_keep_nobody_waiting()
    {
        var user = service.NewUser();
        var contents = Enumerable.Range(0, Clients).Select(_ => new HaltingContent(AttachmentClient.NewBytes(2_000))).ToList();

        var uploads = contents.Select(content => user.UploadAsync(content)).ToList();
        await Task.WhenAll(contents.Select(content => content.Begun));
        await AssertOthersAreServedAsync();

        contents.ForEach(content => content.GoOn());
        Assert.All(await Task.WhenAll(uploads), answer => answer.Is(201));
    }

    [Fact]
    public async Task A_user_has_so_many_uploads_open_and_others_have_theirs()
    {
        var user = service.NewUser();
        var places = service.Services.GetRequiredService<OpenUploads>();
        var open = Enumerable.Range(0, 10).Select(_ => places.Take(user.UserId)).ToList();
        var bytes = AttachmentClient.NewBytes(100);

        (await user.UploadAsync(bytes)).IsProblem(503, "overloaded");
        await service.NewUser().AddAsync(bytes);

        open[0].Dispose();
        await user.AddAsync(bytes);
        open.ForEach(place => place.Dispose());
    }

    [Fact]
    public async Task Clients_that_read_nothing_keep_nobody_waiting()
    {
        var user = service.NewUser();
        var id = await user.AddAsync(AttachmentClient.NewBytes(20_000_000));
        using var http = service.CreateHttp();
        var slow = new List<HttpResponseMessage>();
        try
        {
            for (var i = 0; i < Clients; i++)
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, $"{user.Path}/{id}");
                request.Headers.Add("X-User-Id", user.UserId);
                slow.Add(await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead));
            }

            Assert.All(slow, response => Assert.Equal(HttpStatusCode.OK, response.StatusCode));
            await AssertOthersAreServedAsync();
        }
        finally
        {
            slow.ForEach(response => response.Dispose());
        }
    }

    private async Task AssertOthersAreServedAsync()
    {
        var other = service.AsNewUser();
        for (var i = 0; i < 10; i++)
        {
            (await other.GetAsync(await other.StartSessionAsync())).Is(200);
        }
    }

    /// <summary>A body whose second half comes when the test says so.</summary>
    private sealed class HaltingContent(byte[] bytes) : HttpContent
    {
        private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _goOn = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Begun => _begun.Task;

        public void GoOn() => _goOn.SetResult();

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync(bytes.AsMemory(0, bytes.Length / 2));
            await stream.FlushAsync();
            _begun.SetResult();
            await _goOn.Task;
            await stream.WriteAsync(bytes.AsMemory(bytes.Length / 2));
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
