using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Attachments;

public sealed class SessionAttachmentsInTheDatabaseTests(AttachmentsFixture service)
    : SessionAttachmentsTests(service), IClassFixture<AttachmentsFixture>;

public sealed class SessionAttachmentsInADirectoryTests(DirectoryFixture service)
    : SessionAttachmentsTests(service), IClassFixture<DirectoryFixture>;

public sealed class SessionAttachmentsInABucketTests(BucketFixture service)
    : SessionAttachmentsTests(service), IClassFixture<BucketFixture>
{
    private readonly BucketFixture _service = service;

    [Fact]
    public async Task An_erasure_of_a_session_waits_for_the_bucket_and_can_be_repeated()
    {
        var user = _service.NewUser();
        var client = _service.As(user.UserId);
        var session = await WriteAsync(client, await user.AddAsync(AttachmentClient.NewBytes(1_000)));
        _service.Bucket.Refused["DELETE"] = true;

        (await client.DeleteAsync($"{session}/data")).IsProblem(503, "attachments_unavailable");
        (await client.DeleteAsync($"{session}/data")).IsProblem(503, "attachments_unavailable");
        Assert.Equal((0, 1), (await _service.CountRowsAsync(user.UserId), await _service.CountObjectsAsync(user.UserId)));

        _service.Bucket.Refused.Clear();
        (await client.DeleteAsync($"{session}/data")).IsProblem(404, "session_not_found");
        Assert.Equal((0, 0), (await _service.CountObjectsAsync(user.UserId), await _service.CountRemovalsAsync(user.UserId)));
    }

    [Fact]
    public async Task An_erasure_of_a_session_leaves_an_upload_alone_that_has_begun()
    {
        var user = _service.NewUser();
        _service.Bucket.Refused["PUT"] = true;
        (await user.UploadAsync(AttachmentClient.NewBytes(1_000))).IsProblem(503, "attachments_unavailable");
        _service.Bucket.Refused.Clear();
        var client = _service.As(user.UserId);

        (await client.DeleteAsync($"{await client.StartSessionAsync()}/data")).Is(200);

        Assert.Equal(1, await _service.CountRemovalsAsync(user.UserId));
    }
}

/// <summary>What an erasure of one session does to attachments, wherever their bytes are.</summary>
public abstract class SessionAttachmentsTests(AttachmentsFixture service)
{
    [Fact]
    public async Task Attachments_go_with_their_bytes_before_the_answer()
    {
        var user = service.NewUser();
        var client = service.As(user.UserId);
        var ids = await AddAsync(user, 25);
        var session = await WriteAsync(client, ids);

        var rows = (await client.DeleteAsync($"{session}/data")).Is(200).GetProperty("rows");

        Assert.Equal((25, 25), (rows.Number("attachments"), rows.Number("attachment_uses")));
        Assert.Equal(
            (0, 0, 0),
            (await service.CountRowsAsync(user.UserId), await service.CountObjectsAsync(user.UserId), await service.CountRemovalsAsync(user.UserId)));
        Assert.Equal(404, (await user.DownloadAsync(ids[0])).Status);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_another_session_refers_to_stays_until_that_one_is_erased_whichever_comes_first(bool isNewestFirst)
    {
        var user = service.NewUser();
        var client = service.As(user.UserId);
        var bytes = AttachmentClient.NewBytes(1_000);
        var id = await user.AddAsync(bytes);
        var first = await WriteAsync(client, id);
        (await user.UploadAsync(bytes)).Is(200);
        var second = await WriteAsync(client, id);
        var (one, other) = isNewestFirst ? (second, first) : (first, second);
        Assert.Equal(0, (await client.GetAsync($"{one}/data")).Is(200).GetProperty("rows").Number("attachments"));

        var rows = (await client.DeleteAsync($"{one}/data")).Is(200).GetProperty("rows");
        Assert.Equal((0, 1), (rows.Number("attachments"), rows.Number("attachment_uses")));
        Assert.Equal(bytes, (await user.DownloadAsync(id)).Bytes);
        Assert.Equal(1, (await client.GetAsync($"{other}/data")).Is(200).GetProperty("rows").Number("attachments"));

        Assert.Equal(1, (await client.DeleteAsync($"{other}/data")).Is(200).GetProperty("rows").Number("attachments"));
        Assert.Equal((0, 0), (await service.CountRowsAsync(user.UserId), await service.CountObjectsAsync(user.UserId)));
    }

    [Fact]
    public async Task What_a_fork_refers_to_stays()
    {
        var user = service.NewUser();
        var client = service.As(user.UserId);
        var bytes = AttachmentClient.NewBytes(1_000);
        var id = await user.AddAsync(bytes);
        var session = await WriteAsync(client, id);
        (await client.PostAsync($"{session}/fork", "{}")).Is(201);

        Assert.Equal(0, (await client.DeleteAsync($"{session}/data")).Is(200).GetProperty("rows").Number("attachments"));

        Assert.Equal(bytes, (await user.DownloadAsync(id)).Bytes);
    }

    [Fact]
    public async Task What_came_again_after_the_session_stays_for_the_message_that_it_came_for()
    {
        var user = service.NewUser();
        var client = service.As(user.UserId);
        var bytes = AttachmentClient.NewBytes(1_000);
        var id = await user.AddAsync(bytes);
        var session = await WriteAsync(client, id);
        (await user.UploadAsync(bytes)).Is(200);

        Assert.Equal(0, (await client.DeleteAsync($"{session}/data")).Is(200).GetProperty("rows").Number("attachments"));

        await WriteAsync(client, id);
        Assert.Equal(bytes, (await user.DownloadAsync(id)).Bytes);
    }

    protected static async Task<string> WriteAsync(ApiClient client, params IReadOnlyList<Guid> ids)
    {
        var session = await client.StartSessionAsync();
        var parts = ids.Select(id => $$"""{"type":"image","attachment_id":"{{id}}"}""");
        await client.WriteMessageAsync(session, $$"""{"role":"user","content":[{{string.Join(',', parts)}}]}""");
        return session;
    }

    private static async Task<IReadOnlyList<Guid>> AddAsync(AttachmentClient user, int count)
    {
        var ids = new List<Guid>();
        for (var i = 0; i < count; i++)
        {
            ids.Add(await user.AddAsync(AttachmentClient.NewBytes(1_000)));
        }

        return ids;
    }
}
