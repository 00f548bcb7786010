using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace SessionService.Application.Idempotency;

/// <summary>The idempotency key of a write, and a hash that tells a repetition from another write with the same key.</summary>
/// <param name="Value">1 to 255 printable characters of ASCII, the client's own.</param>
/// <param name="RequestHash">SHA-256 of the operation and its request.</param>
public sealed record IdempotencyKey(string Value, byte[] RequestHash)
{
    public const int MaxLength = 255;

    // Absent fields are not part of the hash. So a request has the same hash in a later version of the service that knows more fields.
    private static readonly JsonSerializerOptions OnlyGiven = new() { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    /// <param name="value">The client's key; <see langword="null"/> where the request has none, and then the result is too.</param>
    /// <param name="operation">The operation's name, with the resource that its path names.</param>
    /// <param name="request">
    /// The parsed request: unknown fields and white space are not part of the hash.
    /// </param>
    public static IdempotencyKey? Of<TRequest>(string? value, string operation, TRequest request)
    {
        if (value is null)
        {
            return null;
        }

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(JsonSerializer.SerializeToUtf8Bytes(operation));
        hash.AppendData(JsonSerializer.SerializeToUtf8Bytes(request, OnlyGiven));
        return new IdempotencyKey(value, hash.GetHashAndReset());
    }
}
