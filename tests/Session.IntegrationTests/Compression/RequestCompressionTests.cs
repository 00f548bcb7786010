using System.IO.Compression;
using System.Net.Http.Headers;
using System.Text;
using SessionService.IntegrationTests.Gateway;
using SessionService.IntegrationTests.Hosting;
using SessionService.IntegrationTests.Transfers;
using ZstdSharp;

namespace SessionService.IntegrationTests.Compression;

public sealed class RequestCompressionTests(TransferFixture service, ServedFixture served)
    : IClassFixture<TransferFixture>, IClassFixture<ServedFixture>
{
    private const string Sessions = "/api/v1/sessions";
    private const string Json = "application/json";
    private const string Lines = "application/x-ndjson";

    public static TheoryData<string> Encodings => ["gzip", "br", "zstd", "deflate", "GZIP"];

    public static TheoryData<string> Gateways => new(GatewaysFixture.Names);

    [Theory]
    [MemberData(nameof(Encodings))]
    public async Task A_body_is_taken_as_its_client_compressed_it(string encoding)
    {
        var user = service.AsNewUser();
        var session = (await SendAsync(user, Sessions, """{"title":"Compressed"}""", encoding)).Is(201);
        var path = $"{Sessions}/{session.Text("session_id")}";

        var message = (await SendAsync(user, $"{path}/messages", """{"role":"user","content":"Hello"}""", encoding)).Is(201);

        Assert.Equal("Compressed", session.Text("title"));
        Assert.Equal("Hello", message.Text("content"));
    }

    [Theory]
    [MemberData(nameof(Encodings))]
    public async Task An_import_is_taken_compressed_too(string encoding)
    {
        var user = service.AsNewUser();
        var chats = string.Join('\n', Enumerable.Range(0, 500).Select(i => $$"""{"messages":[{"role":"user","content":"This is the conversation number {{i}}."}]}"""));

        var answer = (await SendAsync(user, $"{Sessions}/import", chats, encoding, Lines)).Is(200);

        answer.Has("sessions", created: 500);
        Assert.True(answer.GetProperty("is_complete").GetBoolean());
    }

    [Theory]
    [InlineData("compress")]
    [InlineData("x-unknown")]
    [InlineData("gzip, gzip")]
    [InlineData("gzip, br")]
    [InlineData("*")]
    public async Task Any_other_encoding_is_a_415_that_names_those_that_are_taken(string encoding)
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();

        foreach (var (path, type) in new[] { (Sessions, Json), ($"{session}/messages", Json), ($"{Sessions}/import", Lines) })
        {
            using var content = new ByteArrayContent(Encoding.UTF8.GetBytes("{}"));
            var answer = await SendAsync(user, path, content, encoding, type);

            answer.IsProblem(415, "unsupported_content_encoding");
            Assert.Equal("gzip, br, zstd, deflate", answer.Headers["Accept-Encoding"]);
        }
    }

    [Theory]
    [InlineData("identity")]
    [InlineData("")]
    public async Task A_body_that_is_said_not_to_be_compressed_is_taken(string encoding)
    {
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes("{}"));

        (await SendAsync(service.AsNewUser(), Sessions, content, encoding, Json)).Is(201);
    }

    [Theory]
    [MemberData(nameof(Encodings))]
    public async Task The_limit_of_a_body_counts_what_comes_out_of_it(string encoding)
    {
        var user = service.AsNewUser();

        (await SendAsync(user, Sessions, $$"""{"x":"{{new string('x', TransferFixture.MaxBodyBytes - 10)}}"}""", encoding)).Is(201);
        (await SendAsync(user, Sessions, $$"""{"x":"{{new string('x', TransferFixture.MaxBodyBytes)}}"}""", encoding)).IsProblem(413, "payload_too_large");
    }

    [Theory]
    [MemberData(nameof(Encodings))]
    public async Task An_import_that_grows_beyond_all_measure_is_given_up(string encoding)
    {
        // Nothing but line ends: none is a line, and none too long.
        (await SendAsync(service.AsNewUser(), $"{Sessions}/import", new string('\n', 64 * 1024 * 1024), encoding, Lines)).IsProblem(413, "payload_too_large");
    }

    [Theory]
    [MemberData(nameof(Encodings))]
    public async Task What_is_no_compression_or_is_cut_off_is_a_400(string encoding)
    {
        var user = service.AsNewUser();
        var lines = string.Concat(Enumerable.Range(0, 500).Select(i => $$"""{"messages":[{"role":"user","content":"{{Guid.NewGuid()}} {{i}}"}]}""" + '\n'));
        using var garbage = new ByteArrayContent(Encoding.UTF8.GetBytes("This was never compressed, not by anything."));
        var whole = Compress(lines, encoding);
        using var cut = new ByteArrayContent(whole[..(whole.Length - 20)]);
        using var cutImport = new ByteArrayContent(whole[..(whole.Length - 20)]);

        Assert.Equal(400, (await SendAsync(user, Sessions, garbage, encoding, Json)).Status);
        Assert.Equal(400, (await SendAsync(user, Sessions, cut, encoding, Json)).Status);
        (await SendAsync(user, $"{Sessions}/import", cutImport, encoding, Lines)).IsProblem(400, "bad_request");
    }

    [Fact]
    public async Task A_retry_is_one_however_it_is_compressed()
    {
        var user = service.AsNewUser();
        var key = $"{Guid.NewGuid()}";
        var first = (await user.PostAsync(Sessions, """{"title":"Once"}""", key)).Is(201);

        var again = await SendAsync(user, Sessions, """{"title":"Once"}""", "gzip", key: key);
        var other = await SendAsync(user, Sessions, """{"title":"Twice"}""", "gzip", key: key);

        Assert.Equal(first.Text("session_id"), again.Is(201).Text("session_id"));
        Assert.Equal("true", again.Headers["Idempotency-Replayed"]);
        other.IsProblem(409, "idempotency_key_reused");
    }

    [Theory]
    [MemberData(nameof(Gateways))]
    public async Task It_is_the_same_through_a_gateway(string gateway)
    {
        var user = served.Through(gateway, $"user-{Guid.NewGuid()}");
        using var compress = new ByteArrayContent(Encoding.UTF8.GetBytes("{}"));

        (await SendAsync(user, Sessions, """{"title":"Compressed"}""", "gzip")).Is(201);
        (await SendAsync(user, $"{Sessions}/import", """[{"role":"user","content":"Hello"}]""", "br")).Is(200).Has("messages", created: 1);
        (await SendAsync(user, Sessions, compress, "compress", Json)).IsProblem(415, "unsupported_content_encoding");
        (await SendAsync(user, Sessions, $$"""{"x":"{{new string('x', 17 * 1024 * 1024)}}"}""", "gzip")).IsProblem(413, "payload_too_large");
    }

    private static async Task<Answer> SendAsync(ApiClient user, string path, string body, string encoding, string type = Json, string? key = null)
    {
        using var content = new ByteArrayContent(Compress(body, encoding));
        return await SendAsync(user, path, content, encoding, type, key);
    }

    private static async Task<Answer> SendAsync(ApiClient user, string path, HttpContent content, string encoding, string type, string? key = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = content };
        content.Headers.ContentType = new MediaTypeHeaderValue(type);
        content.Headers.TryAddWithoutValidation("Content-Encoding", encoding);
        if (key is not null)
        {
            request.Headers.Add("Idempotency-Key", key);
        }

        return await user.SendAsync(request);
    }

    private static byte[] Compress(string text, string encoding)
    {
        using var bytes = new MemoryStream();
        using (Stream compressed = encoding.ToLowerInvariant() switch
        {
            "gzip" => new GZipStream(bytes, CompressionLevel.Optimal, leaveOpen: true),
            "br" => new BrotliStream(bytes, CompressionLevel.Optimal, leaveOpen: true),
            "deflate" => new ZLibStream(bytes, CompressionLevel.Optimal, leaveOpen: true),
            _ => new CompressionStream(bytes, leaveOpen: true),
        })
        {
            compressed.Write(Encoding.UTF8.GetBytes(text));
        }

        return bytes.ToArray();
    }
}
