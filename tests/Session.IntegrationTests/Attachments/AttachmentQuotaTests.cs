namespace SessionService.IntegrationTests.Attachments;

public sealed class QuotaFixture : AttachmentsFixture
{
    protected override IEnumerable<KeyValuePair<string, string>> Settings =>
        [.. base.Settings, new("Attachments:QuotaBytes", "2500"), new("Attachments:InlineBytes", "100")];
}

public sealed class AttachmentQuotaTests(QuotaFixture service) : IClassFixture<QuotaFixture>
{
    [Fact]
    public async Task A_user_may_have_so_many_bytes_and_the_same_bytes_count_once()
    {
        var user = service.NewUser();
        var bytes = AttachmentClient.NewBytes(1_000);
        await user.AddAsync(bytes);
        await user.AddAsync(AttachmentClient.NewBytes(1_500));

        (await user.UploadAsync(AttachmentClient.NewBytes(1))).IsProblem(413, "quota_exceeded");

        (await user.UploadAsync(bytes)).Is(200);
        await service.NewUser().AddAsync(AttachmentClient.NewBytes(2_500));
    }

    [Fact]
    public async Task A_message_whose_files_exceed_it_together_leaves_none_of_them()
    {
        var user = service.NewUser();
        var session = await service.As(user.UserId).StartSessionAsync();
        await user.AddAsync(AttachmentClient.NewBytes(500));

        (await service.As(user.UserId).PostAsync($"{session}/messages", Message(1_000, 1_500))).IsProblem(413, "quota_exceeded");
        Assert.Equal(1, await service.CountRowsAsync(user.UserId));

        (await service.As(user.UserId).PostAsync($"{session}/messages", Message(1_000, 500))).Is(201);
        Assert.Equal(3, await service.CountRowsAsync(user.UserId));
    }

    private static string Message(params int[] files)
    {
        var parts = files.Select(length => $$"""{"type":"image","data":"{{Convert.ToBase64String(AttachmentClient.NewBytes(length))}}"}""");
        return $$"""{"role":"user","content":[{{string.Join(',', parts)}}]}""";
    }

    [Fact]
    public async Task Uploads_at_once_cannot_exceed_it_together()
    {
        var user = service.NewUser();

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => user.UploadAsync(AttachmentClient.NewBytes(1_000))));

        Assert.Equal(2, answers.Count(answer => answer.Status == 201));
        Assert.Equal(2, await service.CountRowsAsync(user.UserId));
    }
}
