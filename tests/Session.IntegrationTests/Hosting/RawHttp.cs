using System.Net.Sockets;
using System.Text;

namespace SessionService.IntegrationTests.Hosting;

/// <summary>Sends requests that no HTTP client would send: headers twice, bytes that are no ASCII, lines without end.</summary>
internal static class RawHttp
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Sends the head of a request, a character for each byte, and reads the answer.</summary>
    /// <param name="line">The method and the target.</param>
    /// <param name="headers">The headers, as <c>Name: value</c>.</param>
    public static Task<Answer> SendAsync(Uri host, string line, params string[] headers) => SendAsync(host, line, body: "", headers);

    /// <summary>Sends a request with a body.</summary>
    public static Task<Answer> PostAsync(Uri host, string line, string body, params string[] headers) =>
        SendAsync(host, line, body, [.. headers, $"Content-Length: {body.Length}"]);

    private static async Task<Answer> SendAsync(Uri host, string line, string body, string[] headers)
    {
        using var patience = new CancellationTokenSource(Patience);
        using var tcp = new TcpClient();
        await tcp.ConnectAsync("127.0.0.1", host.Port, patience.Token);
        var head = string.Concat(headers.Prepend($"{line} HTTP/1.1").Append("Host: localhost").Append("Connection: close").Select(text => $"{text}\r\n"));
        var stream = tcp.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes($"{head}\r\n{body}"), patience.Token);
        using var reader = new StreamReader(stream, Encoding.Latin1);
        return Parse(await reader.ReadToEndAsync(patience.Token));
    }

    private static Answer Parse(string answer)
    {
        var end = answer.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        Assert.True(end > 0, $"No answer: {answer}");
        var lines = answer[..end].Split("\r\n");
        var headers = lines[1..].Select(line => line.Split(": ", 2))
            .GroupBy(header => header[0], StringComparer.OrdinalIgnoreCase)
            .ToDictionary(header => header.Key, header => string.Join(',', header.Select(one => one.ElementAtOrDefault(1))), StringComparer.OrdinalIgnoreCase);
        var body = answer[(end + 4)..];
        return new Answer(
            int.Parse(lines[0].Split(' ')[1]),
            headers.ContainsKey("Transfer-Encoding") ? Unchunk(body) : body,
            headers.GetValueOrDefault("Content-Type")?.Split(';')[0],
            headers);
    }

    private static string Unchunk(string body)
    {
        var text = new StringBuilder();
        while (true)
        {
            var end = body.IndexOf("\r\n", StringComparison.Ordinal);
            var length = Convert.ToInt32(body[..end], 16);
            if (length == 0)
            {
                return text.ToString();
            }

            text.Append(body, end + 2, length);
            body = body[(end + length + 4)..];
        }
    }
}
