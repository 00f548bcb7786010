using System.IO.Compression;
using SessionService.IntegrationTests.Hosting;
using ZstdSharp;

namespace SessionService.IntegrationTests.Compression;

public sealed class ResponseCompressionTests(ApiFixture service) : IClassFixture<ApiFixture>
{
    [Theory]
    [InlineData("gzip", "gzip")]
    [InlineData("br", "br")]
    [InlineData("zstd", "zstd")]
    [InlineData("gzip, deflate, br, zstd", "zstd")]
    [InlineData("gzip;q=1.0, zstd;q=0.5", "gzip")]
    public async Task A_page_goes_out_as_its_client_accepts_it(string accepted, string encoding)
    {
        var (user, session) = await StartConversationAsync(messages: 50, content: "Once upon a time there was a conversation.");
        var plain = await user.GetAsync($"{session}/messages");

        var (bytes, headers) = await GetAsync(user, $"{session}/messages", accepted);

        Assert.Equal(encoding, Assert.Single(headers["Content-Encoding"]));
        Assert.Contains("Accept-Encoding", headers["Vary"]);
        Assert.InRange(bytes.Length, 1, plain.Text.Length / 4);
        Assert.Equal(plain.Text, Decode(bytes, encoding));
        Assert.False(plain.Headers.ContainsKey("Content-Encoding"));
    }

    [Fact]
    public async Task A_context_and_what_a_search_found_go_out_as_their_client_accepts_it()
    {
        var (user, session) = await StartConversationAsync(messages: 50, content: "Once upon a time there was a conversation.");

        foreach (var path in new[] { $"{session}/context", "/api/v1/sessions/search?q=conversation" })
        {
            var plain = await user.GetAsync(path);
            var (bytes, headers) = await GetAsync(user, path, "zstd");

            Assert.Equal("zstd", Assert.Single(headers["Content-Encoding"]));
            Assert.Equal(plain.Text, Decode(bytes, "zstd"));
        }
    }

    [Theory]
    [InlineData("json", "gzip")]
    [InlineData("jsonl", "br")]
    [InlineData("jsonl", "zstd")]
    [InlineData("markdown", "zstd")]
    public async Task An_export_goes_out_as_its_client_accepts_it(string format, string encoding)
    {
        var (user, session) = await StartConversationAsync(messages: 50, content: "Once upon a time there was a conversation.");
        var plain = await user.GetAsync($"{session}/export?format={format}");

        var (bytes, headers) = await GetAsync(user, $"{session}/export?format={format}", encoding);

        Assert.Equal(encoding, Assert.Single(headers["Content-Encoding"]));
        Assert.InRange(bytes.Length, 1, plain.Text.Length / 4);
        Assert.Equal(MessagesOf(plain.Text), MessagesOf(Decode(bytes, encoding)));

        // The moment of the export stands before the session.
        static string MessagesOf(string export) => export[export.IndexOf("ession", StringComparison.Ordinal)..];
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    [InlineData("zstd")]
    public async Task A_page_that_is_sent_in_chunks_is_whole(string encoding)
    {
        var (user, session) = await StartConversationAsync(messages: 100, content: new string('x', 50) + string.Concat(Enumerable.Range(0, 4_000).Select(n => $" {n}")));
        var plain = await user.GetAsync($"{session}/messages");
        Assert.True(plain.Text.Length > 1024 * 1024);

        var (bytes, _) = await GetAsync(user, $"{session}/messages", encoding);

        Assert.Equal(plain.Text, Decode(bytes, encoding));
    }

    [Fact]
    public async Task What_is_small_or_no_list_goes_out_as_it_is()
    {
        var (user, session) = await StartConversationAsync(messages: 1, content: "Hello");

        foreach (var path in new[] { $"{session}/messages", session, $"/api/v1/sessions/{Guid.NewGuid()}/messages" })
        {
            var (_, headers) = await GetAsync(user, path, "gzip, br, zstd");
            Assert.False(headers.ContainsKey("Content-Encoding"));
        }
    }

    private static string Decode(byte[] bytes, string encoding)
    {
        var compressed = new MemoryStream(bytes);
        using Stream stream = encoding switch
        {
            "gzip" => new GZipStream(compressed, CompressionMode.Decompress),
            "br" => new BrotliStream(compressed, CompressionMode.Decompress),
            _ => new DecompressionStream(compressed),
        };
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    private async Task<(byte[] Bytes, Dictionary<string, IEnumerable<string>> Headers)> GetAsync(ApiClient user, string path, string accepted)
    {
        using var http = service.CreateHttp();
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Add("X-User-Id", user.UserId);
        request.Headers.Add("Accept-Encoding", accepted);
        using var response = await http.SendAsync(request);
        return (
            await response.Content.ReadAsByteArrayAsync(),
            response.Headers.Concat(response.Content.Headers).ToDictionary(header => header.Key, header => header.Value, StringComparer.OrdinalIgnoreCase));
    }

    private async Task<(ApiClient User, string Session)> StartConversationAsync(int messages, string content)
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        var message = $$"""{"role":"user","content":"{{content}}"}""";
        (await user.PostAsync($"{session}/messages/batch", $$"""{"messages":[{{string.Join(',', Enumerable.Repeat(message, messages))}}]}""")).Is(201);
        return (user, session);
    }
}
