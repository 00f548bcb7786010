using System.Text;

namespace SessionService.Benchmarks.Driving;

/// <summary>Requests as bytes.</summary>
internal static class HttpRequests
{
    public static byte[] Get(string path, string user) =>
        Encoding.UTF8.GetBytes($"GET {path} HTTP/1.1\r\nHost: localhost\r\nX-User-Id: {user}\r\n\r\n");

    public static byte[] Post(string path, string user, string json) =>
        Encoding.UTF8.GetBytes(
            $"POST {path} HTTP/1.1\r\nHost: localhost\r\nX-User-Id: {user}\r\nContent-Type: application/json\r\n"
            + $"Content-Length: {Encoding.UTF8.GetByteCount(json)}\r\n\r\n{json}");
}
