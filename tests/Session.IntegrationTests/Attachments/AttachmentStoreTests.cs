using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Attachments;

public sealed class AttachmentsInTheDatabaseTests(AttachmentsFixture service)
    : AttachmentStoreTests(service), IClassFixture<AttachmentsFixture>;

public sealed class AttachmentsInADirectoryTests(DirectoryFixture service)
    : AttachmentStoreTests(service), IClassFixture<DirectoryFixture>;

public sealed class AttachmentsInABucketTests(BucketFixture service)
    : AttachmentStoreTests(service), IClassFixture<BucketFixture>;

/// <summary>What holds wherever the bytes are.</summary>
public abstract class AttachmentStoreTests(AttachmentsFixture service)
{
    // More than two pieces of the database.
    private const int Large = 600_001;

    [Theory]
    [InlineData(1)]
    [InlineData(256 * 1024)]
    [InlineData((256 * 1024) + 1)]
    [InlineData(Large)]
    public async Task Bytes_come_back_as_they_were(int length)
    {
        var user = service.NewUser();
        var bytes = AttachmentClient.NewBytes(length);

        var download = await user.DownloadAsync(await user.AddAsync(bytes));

        Assert.Equal(200, download.Status);
        Assert.Equal(length, download.Content.ContentLength);
        Assert.Equal(bytes, download.Bytes);
        Assert.Equal(1, await service.CountObjectsAsync(user.UserId));
    }

    [Theory]
    [InlineData("bytes=0-0", 0, 1)]
    [InlineData("bytes=262140-262150", 262_140, 11)]
    [InlineData("bytes=100-", 100, Large - 100)]
    [InlineData("bytes=-5", Large - 5, 5)]
    [InlineData("bytes=600000-700000", Large - 1, 1)]
    public async Task A_range_is_a_part_of_the_bytes(string range, int from, int length)
    {
        var user = service.NewUser();
        var bytes = AttachmentClient.NewBytes(Large);

        var download = await user.DownloadAsync(await user.AddAsync(bytes), range);

        Assert.Equal(206, download.Status);
        Assert.Equal($"bytes {from}-{from + length - 1}/{Large}", download.Content.ContentRange!.ToString());
        Assert.Equal(bytes[from..(from + length)], download.Bytes);
    }

    [Fact]
    public async Task Uploads_of_the_same_bytes_at_once_make_one_attachment()
    {
        var user = service.NewUser();
        var bytes = AttachmentClient.NewBytes(Large);

        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => user.UploadAsync(bytes)));

        Assert.Single(answers, answer => answer.Status == 201);
        Assert.Single(answers.Select(answer => answer.Is(answer.Status == 201 ? 201 : 200).Text("attachment_id")).Distinct(StringComparer.Ordinal));
        Assert.Equal(1, await service.CountRowsAsync(user.UserId));
        await Eventually.IsSoAsync(async () => await service.CountObjectsAsync(user.UserId) == 1);
    }

    [Fact]
    public async Task An_attachment_that_no_message_refers_to_is_removed_with_its_bytes_after_a_day()
    {
        var (user, other) = (service.NewUser(), service.NewUser());
        await user.AddAsync(AttachmentClient.NewBytes(Large));
        var id = await other.AddAsync(AttachmentClient.NewBytes(10));

        await service.AgeAsync(user.UserId);

        await Eventually.IsSoAsync(async () =>
            await service.CountRowsAsync(user.UserId) + await service.CountObjectsAsync(user.UserId) + await service.CountRemovalsAsync(user.UserId) == 0);
        Assert.Equal(200, (await other.DownloadAsync(id)).Status);
    }

    [Fact]
    public async Task An_erasure_leaves_nothing_of_the_user_and_everything_of_others()
    {
        var (user, other) = (service.NewUser(), service.NewUser());
        var bytes = AttachmentClient.NewBytes(Large);
        await user.AddAsync(bytes);
        await user.AddAsync(AttachmentClient.NewBytes(10));
        var id = await other.AddAsync(bytes);

        var receipt = (await service.As(user.UserId).DeleteAsync($"/api/v1/users/{user.UserId}/data")).Is(200);

        Assert.Equal(2, receipt.GetProperty("rows").Number("attachments"));
        Assert.Equal(0, await service.CountObjectsAsync(user.UserId));
        var counts = (await service.As(user.UserId).GetAsync($"/api/v1/users/{user.UserId}/data")).Is(200);
        Assert.All(counts.GetProperty("rows").EnumerateObject(), table => Assert.Equal(0, table.Value.GetInt64()));
        Assert.Equal(bytes, (await other.DownloadAsync(id)).Bytes);
    }
}
