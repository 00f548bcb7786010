using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace SessionService.IntegrationTests.Identity;

/// <summary>Makes tokens by hand, the false ones as well.</summary>
internal static class Tokens
{
    public const string Issuer = "https://issuer.example.com";
    public const string Audience = "sessions";

    /// <summary>What a good token says of a user.</summary>
    public static JsonObject Claims(string? user) => new()
    {
        ["iss"] = Issuer,
        ["aud"] = Audience,
        ["sub"] = user,
        ["exp"] = DateTimeOffset.UtcNow.AddHours(1).ToUnixTimeSeconds(),
    };

    public static string Shared(JsonObject claims, string key, string algorithm = "HS256", JsonObject? header = null) =>
        Create(Header(header, algorithm), claims, data => algorithm switch
        {
            "HS256" => HMACSHA256.HashData(Encoding.UTF8.GetBytes(key), data),
            "HS384" => HMACSHA384.HashData(Encoding.UTF8.GetBytes(key), data),
            _ => HMACSHA512.HashData(Encoding.UTF8.GetBytes(key), data),
        });

    public static string Unsigned(JsonObject claims, string algorithm) => Create(Header(header: null, algorithm), claims, _ => []);

    public static string Rsa(JsonObject claims, RSA key, string keyId) => Create(
        Header(new JsonObject { ["kid"] = keyId }, "RS256"), claims, data => key.SignData(data, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));

    public static string Create(JsonObject header, JsonObject claims, Func<byte[], byte[]> sign)
    {
        var content = $"{Encode(JsonSerializer.SerializeToUtf8Bytes(header))}.{Encode(JsonSerializer.SerializeToUtf8Bytes(claims))}";
        return $"{content}.{Encode(sign(Encoding.ASCII.GetBytes(content)))}";
    }

    public static string Encode(ReadOnlySpan<byte> bytes) => Base64Url.EncodeToString(bytes);

    private static JsonObject Header(JsonObject? header, string algorithm)
    {
        header ??= [];
        header["typ"] = "JWT";
        header["alg"] = algorithm;
        return header;
    }
}
