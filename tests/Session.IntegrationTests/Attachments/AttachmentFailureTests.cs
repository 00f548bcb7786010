using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Attachments;

/// <summary>A bucket that fails at the wrong moment.</summary>
public sealed class AttachmentFailureTests(BucketFixture service) : IClassFixture<BucketFixture>, IAsyncLifetime
{
    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync()
    {
        service.Bucket.Refused.Clear();
        service.Bucket.KeepsRefused = false;
        return Task.CompletedTask;
    }

    [Fact]
    public async Task An_upload_that_fails_leaves_no_attachment_and_in_the_end_no_object()
    {
        var user = service.NewUser();
        var bytes = AttachmentClient.NewBytes(1_000);
        service.Bucket.Refused["PUT"] = true;
        service.Bucket.KeepsRefused = true;

        (await user.UploadAsync(bytes)).IsProblem(503, "attachments_unavailable");

        Assert.Equal((0, 1, 1), (
            await service.CountRowsAsync(user.UserId), await service.CountObjectsAsync(user.UserId), await service.CountRemovalsAsync(user.UserId)));
        service.Bucket.Refused.Clear();
        var id = await user.AddAsync(bytes);
        Assert.Equal(2, await service.CountObjectsAsync(user.UserId));
        await service.ExecuteAsync("UPDATE dev.attachment_removals SET due_at = due_at - interval '1 hour' WHERE user_id = $1", user.UserId);
        await Eventually.IsSoAsync(async () => await service.CountRemovalsAsync(user.UserId) == 0);
        Assert.Equal(1, await service.CountObjectsAsync(user.UserId));
        Assert.Equal(bytes, (await user.DownloadAsync(id)).Bytes);
    }

    [Fact]
    public async Task An_erasure_waits_for_the_bucket_and_can_be_repeated()
    {
        var user = service.NewUser();
        await user.AddAsync(AttachmentClient.NewBytes(1_000));
        var path = $"/api/v1/users/{user.UserId}/data";
        service.Bucket.Refused["DELETE"] = true;

        (await service.As(user.UserId).DeleteAsync(path)).IsProblem(503, "attachments_unavailable");
        Assert.Equal(1, await service.CountObjectsAsync(user.UserId));

        service.Bucket.Refused.Clear();
        (await service.As(user.UserId).DeleteAsync(path)).Is(200);
        Assert.Equal((0, 0), (await service.CountObjectsAsync(user.UserId), await service.CountRemovalsAsync(user.UserId)));
    }

    [Fact]
    public async Task An_erasure_removes_the_object_of_an_upload_that_never_ended()
    {
        var user = service.NewUser();
        service.Bucket.Refused["PUT"] = true;
        service.Bucket.KeepsRefused = true;
        (await user.UploadAsync(AttachmentClient.NewBytes(1_000))).IsProblem(503, "attachments_unavailable");
        service.Bucket.Refused.Clear();

        (await service.As(user.UserId).DeleteAsync($"/api/v1/users/{user.UserId}/data")).Is(200);

        Assert.Equal(0, await service.CountObjectsAsync(user.UserId));
    }

    [Fact]
    public async Task A_lost_object_is_a_fault_of_the_store()
    {
        var user = service.NewUser();
        var id = await user.AddAsync(AttachmentClient.NewBytes(1_000));
        service.Bucket.Objects.Clear();

        Assert.Equal("attachments_unavailable", (await user.DownloadAsync(id)).Code());
    }

    [Fact]
    public async Task An_export_names_a_lost_object_and_has_everything_else()
    {
        var user = service.NewUser();
        var (kept, lost) = (await user.AddAsync(AttachmentClient.NewBytes(1_000)), await user.AddAsync(AttachmentClient.NewBytes(1_000)));
        var session = await service.As(user.UserId).StartSessionAsync();
        var message = $$"""{"role":"user","content":[{"type":"file","attachment_id":"{{kept}}"},{"type":"file","attachment_id":"{{lost}}"}]}""";
        (await service.As(user.UserId).PostAsync($"{session}/messages", message)).Is(201);
        await service.ExecuteAsync("UPDATE dev.attachments SET object_key = 's3:none/0' WHERE attachment_id = $1", lost);

        var lines = (await service.As(user.UserId).GetAsync($"/api/v1/users/{user.UserId}/export")).Text
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => System.Text.Json.JsonDocument.Parse(line).RootElement)
            .ToList();

        var attachments = lines.Where(line => line.Text("type") == "attachment").ToDictionary(line => line.GetProperty("attachment_id").GetGuid());
        Assert.True(attachments[kept].TryGetProperty("data", out _));
        Assert.False(attachments[lost].TryGetProperty("data", out _));
        Assert.Contains(lines, line => line.Text("type") == "message");
        Assert.Equal((2, 1), (lines[^1].Number("attachments"), lines[^1].Number("attachments_lost")));
    }

    [Fact]
    public async Task An_erasure_does_not_forget_files_at_a_place_that_the_settings_no_longer_name()
    {
        var user = service.NewUser();
        await user.AddAsync(AttachmentClient.NewBytes(1_000));
        await service.ExecuteAsync("UPDATE dev.attachments SET object_key = 'dir:' || substr(object_key, 4) WHERE user_id = $1", user.UserId);

        (await service.As(user.UserId).DeleteAsync($"/api/v1/users/{user.UserId}/data")).IsProblem(503, "attachments_unavailable");

        Assert.Equal((1, 1), (await service.CountRemovalsAsync(user.UserId), await service.CountObjectsAsync(user.UserId)));
        await service.ExecuteAsync("DELETE FROM dev.attachment_removals WHERE user_id = $1", user.UserId);
    }

    [Fact]
    public async Task An_erasure_removes_many_objects()
    {
        var user = service.NewUser();
        for (var i = 0; i < 45; i++)
        {
            await user.AddAsync(AttachmentClient.NewBytes(100));
        }

        (await service.As(user.UserId).DeleteAsync($"/api/v1/users/{user.UserId}/data")).Is(200);

        Assert.Equal((0, 0), (await service.CountObjectsAsync(user.UserId), await service.CountRemovalsAsync(user.UserId)));
    }

    [Fact]
    public async Task A_bucket_that_removes_nothing_keeps_the_job_trying()
    {
        var user = service.NewUser();
        await user.AddAsync(AttachmentClient.NewBytes(1_000));
        service.Bucket.Refused["DELETE"] = true;
        var before = service.ReadCounter("session_service.attachment_job_failures");
        await service.AgeAsync(user.UserId);
        await Eventually.IsSoAsync(async () =>
            await service.CountRowsAsync(user.UserId) == 0 && service.ReadCounter("session_service.attachment_job_failures") > before);
        Assert.Equal((1, 1), (await service.CountRemovalsAsync(user.UserId), await service.CountObjectsAsync(user.UserId)));

        service.Bucket.Refused.Clear();
        await service.AgeAsync(user.UserId);

        await Eventually.IsSoAsync(async () => await service.CountRemovalsAsync(user.UserId) == 0);
        Assert.Equal(0, await service.CountObjectsAsync(user.UserId));
    }
}
