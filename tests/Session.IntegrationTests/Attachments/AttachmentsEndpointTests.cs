using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using SessionService.Application.Attachments;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Attachments;

public sealed class AttachmentsEndpointTests(AttachmentsFixture service) : IClassFixture<AttachmentsFixture>
{
    public static TheoryData<string, string> BadForms => new()
    {
        { "multipart/form-data", "--x--\r\n" },
        { "multipart/form-data; boundary=" + new string('x', 71), "--x--\r\n" },
        { "multipart/form-data; boundary=x", "--x--\r\n" },
        { "multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\nA\r\n--x--\r\n" },
        { "multipart/form-data; boundary=x", $"{File("a")}{File("b")}--x--\r\n" },
        { "multipart/form-data; boundary=x", $"{File("")}--x--\r\n" },
        { "multipart/form-data; boundary=x", "--x\r\nContent-Type: text/plain\r\n\r\nA\r\n--x--\r\n" },
        { "multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"f\"; filename=\"f\"\r\nContent-Type: */*\r\n\r\nA\r\n--x--\r\n" },
    };

    [Theory]
    [InlineData("image/é")]
    [InlineData("picture")]
    [InlineData("text/plain;a=\\\"\\u0001\\\"")]
    [InlineData("long")]
    public async Task A_file_in_an_unknown_part_whose_media_type_is_none_has_no_media_type(string type)
    {
        var user = service.NewUser();
        var session = await service.As(user.UserId).StartSessionAsync();
        var bytes = AttachmentClient.NewBytes(5_000);
        var mimeType = type == "long" ? $"image/{new string('a', 300)}" : type;
        var part = $$"""{"type":"hologram","mime_type":"{{mimeType}}","data":"{{Convert.ToBase64String(bytes)}}"}""";

        (await service.As(user.UserId).PostAsync($"{session}/messages", $$"""{"role":"user","content":[{{part}}]}""")).Is(201);

        var id = AttachmentsService.IdOf(user.UserId, SHA256.HashData(bytes));
        var download = await user.DownloadAsync(id);
        Assert.Equal((200, "application/octet-stream"), (download.Status, download.ContentType));
        Assert.Equal(bytes, download.Bytes);
    }

    [Fact]
    public async Task An_upload_is_answered_with_id_hash_size_type_and_name()
    {
        var user = service.NewUser();
        var bytes = AttachmentClient.NewBytes(1_000);

        var answer = await user.UploadAsync(bytes, "image/png", "?name=cat.png");

        var attachment = answer.Is(201);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(bytes)), attachment.Text("sha256"));
        Assert.Equal(1_000, attachment.Number("size"));
        Assert.Equal("image/png", attachment.Text("media_type"));
        Assert.Equal("cat.png", attachment.Text("name"));
        Assert.EndsWith($"{user.Path}/{attachment.Text("attachment_id")}", answer.Headers["Location"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_same_bytes_again_are_there_already_and_fill_in_what_nobody_said()
    {
        var user = service.NewUser();
        var bytes = AttachmentClient.NewBytes(100);
        var first = (await user.UploadAsync(bytes, mediaType: null)).Is(201);

        var second = (await user.UploadAsync(bytes, "image/png", "?name=cat.png")).Is(200);
        var third = (await user.UploadAsync(bytes, "text/html", "?name=dog.html")).Is(200);

        Assert.Equal("application/octet-stream", first.Text("media_type"));
        Assert.Equal(first.Text("attachment_id"), second.Text("attachment_id"));
        Assert.Equal(("image/png", "cat.png"), (second.Text("media_type"), second.Text("name")));
        Assert.Equal(second.GetRawText(), third.GetRawText());
    }

    [Fact]
    public async Task A_form_with_one_file_is_taken_too()
    {
        var user = service.NewUser();
        var bytes = AttachmentClient.NewBytes(300_000);
        using var file = new ByteArrayContent(bytes);
        file.Headers.ContentType = new MediaTypeHeaderValue("image/jpeg");
        using var form = new MultipartFormDataContent { { file, "file", "Größe.jpg" } };

        var attachment = (await user.UploadAsync(form)).Is(201);

        Assert.Equal(("image/jpeg", "Größe.jpg"), (attachment.Text("media_type"), attachment.Text("name")));
        Assert.Equal(bytes, (await user.DownloadAsync(attachment.GetProperty("attachment_id").GetGuid())).Bytes);
    }

    [Theory]
    [InlineData("attachment; filename=\"C:\\\\folder\\\\cat.png\"", "cat.png")]
    [InlineData("attachment; filename*=UTF-8''%e2%82%ac.txt; filename=x", "€.txt")]
    [InlineData("attachment", null)]
    public async Task The_name_may_stand_in_the_header_without_its_folders(string disposition, string? name)
    {
        using var content = new ByteArrayContent(AttachmentClient.NewBytes(10));
        content.Headers.TryAddWithoutValidation("Content-Disposition", disposition);

        Assert.Equal(name, (await service.NewUser().UploadAsync(content)).Is(201).GetProperty("name").GetString());
    }

    [Theory]
    [InlineData("image/png", "inline", "image/png")]
    [InlineData("text/plain; charset=utf-8", "inline", "text/plain; charset=utf-8")]
    [InlineData("application/pdf", "inline", "application/pdf")]
    [InlineData("application/zip", "attachment", "application/zip")]
    [InlineData("text/html", "attachment", "application/octet-stream")]
    [InlineData("TEXT/HTML; charset=utf-8", "attachment", "application/octet-stream")]
    [InlineData("image/svg+xml", "attachment", "application/octet-stream")]
    [InlineData("application/xhtml+xml", "attachment", "application/octet-stream")]
    [InlineData("text/javascript", "attachment", "application/octet-stream")]
    [InlineData("text/xml", "attachment", "application/octet-stream")]
    [InlineData("x-nobody/knows", "attachment", "x-nobody/knows")]
    public async Task Only_types_that_browsers_show_without_running_them_are_shown_in_place(string type, string disposition, string served)
    {
        var user = service.NewUser();
        var id = (await user.UploadAsync(AttachmentClient.NewBytes(10), type, "?name=cat%22.html")).Is(201).GetProperty("attachment_id").GetGuid();

        var download = await user.DownloadAsync(id);

        Assert.Equal(disposition, download.Content.ContentDisposition!.DispositionType);
        Assert.Equal("cat\".html", download.Content.ContentDisposition.FileNameStar);
        Assert.Equal(served, download.ContentType);
        Assert.Equal(["nosniff"], download.Headers.GetValues("X-Content-Type-Options"));
        var policy = download.Headers.GetValues("Content-Security-Policy").Single();
        Assert.DoesNotContain("script", policy, StringComparison.Ordinal);
        Assert.Equal(disposition == "attachment", policy.EndsWith("; sandbox", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_client_that_has_the_bytes_is_told_so()
    {
        var user = service.NewUser();
        var id = await user.AddAsync(AttachmentClient.NewBytes(10));
        var etag = (await user.DownloadAsync(id)).Headers.ETag!;

        Assert.False(etag.IsWeak);
        var again = await user.DownloadAsync(id, ifNoneMatch: etag.Tag);
        Assert.Equal((304, etag.Tag, 0), (again.Status, again.Headers.ETag!.Tag, again.Bytes.Length));
        Assert.Equal(206, (await user.DownloadAsync(id, range: "bytes=1-2", ifRange: etag.Tag)).Status);
        Assert.Equal(200, (await user.DownloadAsync(id, range: "bytes=1-2", ifRange: "\"other\"")).Status);
    }

    [Fact]
    public async Task A_range_beyond_the_bytes_is_refused()
    {
        var user = service.NewUser();
        var id = await user.AddAsync(AttachmentClient.NewBytes(10));

        var download = await user.DownloadAsync(id, "bytes=10-");

        Assert.Equal((416, "range_not_satisfiable"), (download.Status, download.Code()));
        Assert.Equal("bytes */10", download.Content.ContentRange!.ToString());
    }

    [Fact]
    public async Task HEAD_tells_everything_but_the_bytes()
    {
        var user = service.NewUser();
        var id = await user.AddAsync(AttachmentClient.NewBytes(300_000));

        var head = await user.DownloadAsync(id, method: HttpMethod.Head);

        Assert.Equal((200, 300_000L, 0), (head.Status, head.Content.ContentLength, head.Bytes.Length));
        Assert.NotNull(head.Headers.ETag);
    }

    [Fact]
    public async Task Another_users_attachment_is_none()
    {
        var (user, other) = (service.NewUser(), service.NewUser());
        var bytes = AttachmentClient.NewBytes(10);
        var id = await user.AddAsync(bytes);

        Assert.Equal("attachment_not_found", (await other.DownloadAsync(id)).Code());
        Assert.Equal("attachment_not_found", (await other.DownloadAsync(Guid.NewGuid())).Code());
        (await service.As(other.UserId).GetAsync($"{user.Path}/{id}")).IsProblem(403, "user_mismatch");
        Assert.NotEqual(id, await other.AddAsync(bytes));
    }

    [Theory]
    [InlineData("nothing")]
    [InlineData("*/*")]
    [InlineData("image/*")]
    [InlineData("image/png,")]
    [InlineData("image/ png")]
    public async Task A_media_type_that_is_none_is_refused(string type)
    {
        var user = service.NewUser();

        (await user.UploadAsync(AttachmentClient.NewBytes(10), type)).IsInvalid("content_type");

        Assert.Equal(0, await service.CountRowsAsync(user.UserId));
    }

    [Theory]
    [InlineData("a%00b")]
    [InlineData("a%0Ab")]
    public async Task A_name_that_no_file_has_is_refused(string name) =>
        (await service.NewUser().UploadAsync(AttachmentClient.NewBytes(10), query: $"?name={name}")).IsInvalid("name");

    [Fact]
    public async Task A_long_name_is_refused() =>
        (await service.NewUser().UploadAsync(AttachmentClient.NewBytes(10), query: $"?name={new string('x', 256)}")).IsInvalid("name");

    [Fact]
    public async Task An_empty_file_is_refused() => (await service.NewUser().UploadAsync([])).IsInvalid("body");

    [Fact]
    public async Task A_key_for_repeated_writes_is_refused()
    {
        var user = service.NewUser();
        (await service.As(user.UserId).PostAsync(user.Path, "{}", "key")).IsInvalid("idempotency_key");
    }

    [Theory]
    [MemberData(nameof(BadForms))]
    public async Task A_form_without_exactly_one_file_is_refused(string type, string form)
    {
        var user = service.NewUser();

        var answer = await user.UploadAsync(Encoding.UTF8.GetBytes(form), type);

        answer.IsProblem(422, "validation_failed");
        Assert.Equal(0, await service.CountRowsAsync(user.UserId));
    }

    [Theory]
    [InlineData("--x\r\nContent-Disposition: form-data; name=\"f\"; filename=\"f\"\r\n\r\nA")]
    [InlineData("no form at all")]
    public async Task A_form_that_is_cut_off_is_refused(string form)
    {
        var user = service.NewUser();

        (await user.UploadAsync(Encoding.UTF8.GetBytes(form), "multipart/form-data; boundary=x")).IsProblem(400, "bad_request");

        Assert.Equal(0, await service.CountRowsAsync(user.UserId));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_file_beyond_the_limit_is_refused(bool tellsLength)
    {
        var user = service.NewUser();
        using var content = new ByteArrayContent(new byte[(20 * 1024 * 1024) + 1]);
        content.Headers.ContentLength = tellsLength ? content.Headers.ContentLength : null;
        using var request = new HttpRequestMessage(HttpMethod.Post, user.Path) { Content = content };
        request.Headers.TransferEncodingChunked = tellsLength ? null : true;

        (await service.As(user.UserId).SendAsync(request)).IsProblem(413, "payload_too_large");

        Assert.Equal(0, await service.CountRowsAsync(user.UserId));
    }

    [Fact]
    public async Task An_upload_may_be_larger_than_other_bodies()
    {
        var user = service.NewUser();
        var bytes = AttachmentClient.NewBytes(20 * 1024 * 1024);

        Assert.Equal(bytes, (await user.DownloadAsync(await user.AddAsync(bytes))).Bytes);
    }

    private static string File(string content) =>
        $"--x\r\nContent-Disposition: form-data; name=\"f\"; filename=\"f\"\r\n\r\n{content}\r\n";
}
