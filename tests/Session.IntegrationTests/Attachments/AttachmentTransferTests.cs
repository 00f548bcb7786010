using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Attachments;

/// <summary>Exports and imports take attachments along.</summary>
public sealed class AttachmentTransferTests(AttachmentsFixture service) : IClassFixture<AttachmentsFixture>
{
    private const string Import = "/api/v1/sessions/import";

    // Several lines of an export.
    private const int Large = 600_001;

    public static TheoryData<string, string> BadLines => new()
    {
        { "", """ "size":3,"data":"AQID" """ },
        { "", """ "attachment_id":"{id}","data":"AQID" """ },
        { "", """ "attachment_id":"{id}","size":3,"data":"%%%" """ },
        { "", """ "attachment_id":"{id}","size":3,"data":"" """ },
        { "", """ "attachment_id":"{id}","size":3,"data":"AQIDBA==" """ },
        { "", """ "attachment_id":"{id}","size":3,"data":"AQID","media_type":"none" """ },
        { "", """ "attachment_id":"{id}","size":3,"data":"AQID","sha256":"00" """ },
        { "", """ "attachment_id":"{id}","size":3,"offset":1,"data":"AgM=" """ },
        { "", """ "attachment_id":"{id}","size":99999999,"data":"AQID" """ },
        { """ "attachment_id":"{id}","size":4,"data":"AQID" """, """ "attachment_id":"{id}","size":4,"offset":2,"data":"BA==" """ },
        { """ "attachment_id":"{id}","size":4,"data":"AQID" """, """ "attachment_id":"{other}","size":4,"offset":3,"data":"BA==" """ },
    };

    [Fact]
    public async Task An_export_has_each_attachment_once_before_the_first_session_that_uses_it()
    {
        var user = service.NewUser();
        var bytes = AttachmentClient.NewBytes(Large);
        var id = await user.AddAsync(bytes);
        await user.AddAsync(AttachmentClient.NewBytes(10));
        await WriteAsync(user, id);
        await WriteAsync(user, id);

        var lines = await ExportAsync(user, $"/api/v1/users/{user.UserId}/export");

        Assert.Equal(
            ["export", "attachment", "attachment", "attachment", "attachment", "session", "message", "session", "message", "end"],
            lines.Select(line => line.Text("type")));
        var pieces = lines.Where(line => line.Text("type") == "attachment").ToList();
        Assert.All(pieces, piece => Assert.Equal(id, piece.GetProperty("attachment_id").GetGuid()));
        Assert.Equal(bytes, pieces.SelectMany(piece => piece.GetProperty("data").GetBytesFromBase64()));
        Assert.Equal(1, lines[^1].Number("attachments"));
    }

    [Theory]
    [InlineData("/api/v1/users/{user}/export", "application/x-ndjson")]
    [InlineData("{session}/export?format=jsonl", "application/x-ndjson")]
    [InlineData("{session}/export?format=json", "application/json")]
    public async Task An_export_can_be_imported_by_another_user_whose_attachments_have_other_ids(string path, string type)
    {
        var (user, other) = (service.NewUser(), service.NewUser());
        var (large, small) = (AttachmentClient.NewBytes(Large), AttachmentClient.NewBytes(100));
        var ids = new[] { await user.AddAsync(large), await user.AddAsync(small) };
        var session = await WriteAsync(user, ids);
        var text = (await service.As(user.UserId).GetAsync(path
            .Replace("{user}", user.UserId, StringComparison.Ordinal).Replace("{session}", session, StringComparison.Ordinal))).Text;

        var result = await ImportAsync(other, text, type, "?ids=new");

        Assert.Equal((1, 2), (result.GetProperty("messages").Number("created"), result.GetProperty("attachments").Number("created")));
        var copy = $"/api/v1/sessions/{result.Items("session_ids")[0].GetGuid()}";
        var parts = (await service.As(other.UserId).GetAsync($"{copy}/messages/1")).Is(200).Items("parts");
        var copied = parts.Select(part => part.GetProperty("attachment_id").GetGuid()).ToList();
        Assert.Empty(copied.Intersect(ids));
        Assert.Equal(large, (await other.DownloadAsync(copied[0])).Bytes);
        Assert.Equal(small, (await other.DownloadAsync(copied[1])).Bytes);
        Assert.Equal(2, await CountUsesAsync(other));
        var again = await ImportAsync(other, text, type, "?ids=new");
        Assert.Equal((1, 2), (again.GetProperty("messages").Number("unchanged"), again.GetProperty("attachments").Number("unchanged")));
    }

    [Fact]
    public async Task An_export_brings_back_what_an_erasure_removed()
    {
        var user = service.NewUser();
        var bytes = AttachmentClient.NewBytes(Large);
        var id = await user.AddAsync(bytes);
        var session = await WriteAsync(user, id);
        var text = (await service.As(user.UserId).GetAsync($"/api/v1/users/{user.UserId}/export")).Text;
        var before = (await service.As(user.UserId).GetAsync($"{session}/messages")).Text;
        (await service.As(user.UserId).DeleteAsync($"/api/v1/users/{user.UserId}/data")).Is(200);
        Assert.Equal(404, (await user.DownloadAsync(id)).Status);

        await ImportAsync(user, text, "application/x-ndjson");

        Assert.Equal(bytes, (await user.DownloadAsync(id)).Bytes);
        Assert.Equal(before, (await service.As(user.UserId).GetAsync($"{session}/messages")).Text);
    }

    [Fact]
    public async Task A_dry_run_counts_attachments_and_stores_none()
    {
        var (user, other) = (service.NewUser(), service.NewUser());
        var session = await WriteAsync(user, await user.AddAsync(AttachmentClient.NewBytes(Large)));
        var text = (await service.As(user.UserId).GetAsync($"{session}/export?format=jsonl")).Text;

        var result = await ImportAsync(other, text, "application/x-ndjson", "?ids=new&dry_run=true");

        Assert.Equal((1, 1), (result.GetProperty("messages").Number("created"), result.GetProperty("attachments").Number("created")));
        Assert.Equal(0, await service.CountRowsAsync(other.UserId));
    }

    [Fact]
    public async Task A_message_whose_attachment_is_missing_is_refused()
    {
        var (user, other) = (service.NewUser(), service.NewUser());
        var session = await WriteAsync(user, await user.AddAsync(AttachmentClient.NewBytes(10)));
        var text = (await service.As(user.UserId).GetAsync($"{session}/export?format=jsonl")).Text;
        var without = string.Join('\n', text.Split('\n').Where(line => !line.Contains("\"type\":\"attachment\"", StringComparison.Ordinal)));

        var result = await ImportAsync(other, without, "application/x-ndjson", "?ids=new&on_error=skip");

        Assert.Equal(1, result.GetProperty("messages").Number("failed"));
        Assert.Contains("parts[0]", Assert.Single(result.Items("errors")).Text("reason"), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(BadLines))]
    public async Task A_line_that_is_no_piece_of_an_attachment_is_refused(string before, string line)
    {
        var user = service.NewUser();
        var text = string.Join('\n', new[] { before, line }.Where(one => one.Length > 0).Select(one => $$"""{"type":"attachment",{{one}}}"""))
            .Replace("{id}", "5d8a1a6c-6f0b-8c1e-9a34-0c7f2b1d4e58", StringComparison.Ordinal)
            .Replace("{other}", "5d8a1a6c-6f0b-8c1e-9a34-0c7f2b1d4e59", StringComparison.Ordinal);

        var result = await ImportAsync(user, text, "application/x-ndjson", "?on_error=skip");

        Assert.InRange(result.GetProperty("attachments").Number("failed"), 1, 2);
        Assert.Equal(text.Split('\n').Length, Assert.Single(result.Items("errors")).Number("line"));
        Assert.Equal(0, await service.CountRowsAsync(user.UserId));
    }

    [Fact]
    public async Task A_line_written_by_hand_needs_only_id_size_and_data()
    {
        var user = service.NewUser();
        byte[] bytes = [1, 2, 3];

        var result = await ImportAsync(
            user, $$"""{"type":"attachment","attachment_id":"{{Guid.NewGuid()}}","size":3,"data":"AQID"}""", "application/x-ndjson");

        Assert.Equal(1, result.GetProperty("attachments").Number("created"));
        var known = (await user.UploadAsync(bytes)).Is(200);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(bytes)), known.Text("sha256"));
    }

    [Fact]
    public async Task A_redaction_removes_the_attachments_of_the_message_and_of_its_copies()
    {
        var user = service.NewUser();
        var id = await user.AddAsync(AttachmentClient.NewBytes(10));
        var session = await WriteAsync(user, id);
        (await service.As(user.UserId).PostAsync($"{session}/fork", "{}")).Is(201);
        Assert.Equal(2, await CountUsesAsync(user));

        (await service.As(user.UserId).DeleteAsync($"{session}/messages/1")).Is(200);

        Assert.Equal(404, (await user.DownloadAsync(id)).Status);
        Assert.Equal(0, await CountUsesAsync(user));
    }

    private Task<long> CountUsesAsync(AttachmentClient user) =>
        service.CountAsync("SELECT count(*) FROM dev.attachment_uses WHERE user_id = $1", user.UserId);

    /// <summary>Creates a session with one message that shows these attachments.</summary>
    private async Task<string> WriteAsync(AttachmentClient user, params Guid[] ids)
    {
        var client = service.As(user.UserId);
        var session = await client.StartSessionAsync();
        var parts = string.Join(',', ids.Select(id => $$"""{"type":"image","attachment_id":"{{id}}"}"""));
        await client.WriteMessageAsync(session, $$"""{"role":"user","content":[{{parts}}]}""");
        return session;
    }

    private async Task<List<JsonElement>> ExportAsync(AttachmentClient user, string path) =>
        [.. (await service.As(user.UserId).GetAsync(path)).Text.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonDocument.Parse(line).RootElement)];

    private async Task<JsonElement> ImportAsync(AttachmentClient user, string text, string type, string query = "")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Import + query)
        {
            Content = new StringContent(text, Encoding.UTF8, type),
        };
        return (await service.As(user.UserId).SendAsync(request)).Is(200);
    }
}
