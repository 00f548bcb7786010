using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text.Json;

namespace SessionService.Infrastructure.EmbeddedPostgres;

/// <summary>Port and password of the cluster, kept from run to run so that other tools' settings stay right.</summary>
internal sealed record Endpoint(int Port, string Password)
{
    public const string FileName = "endpoint.json";

    public static Endpoint Create() => new(FreePort(), RandomNumberGenerator.GetHexString(32, lowercase: true));

    public static Endpoint? Read(string directory)
    {
        var file = Path.Combine(directory, FileName);
        try
        {
            return File.Exists(file) ? JsonSerializer.Deserialize<Endpoint>(File.ReadAllText(file)) : null;
        }
        catch (JsonException exception)
        {
            throw new EmbeddedPostgresException($"{file} is damaged: {exception.Message}", exception);
        }
    }

    public void Write(string directory)
    {
        var file = Path.Combine(directory, FileName);
        using (var stream = DataDirectory.OpenPrivateFile(file + ".new", FileMode.Create))
        {
            JsonSerializer.Serialize(stream, this);
            stream.Flush(flushToDisk: true);
        }

        File.Move(file + ".new", file, overwrite: true);
    }

    public Endpoint WithFreePort() => this with { Port = FreePort() };

    public bool IsFree()
    {
        using var listener = new TcpListener(IPAddress.Loopback, Port);
        try
        {
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
