using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace SessionService.Application.Idempotency;

/// <summary>The key of a write that may be sent again, and what tells the same write from another under the same key.</summary>
/// <param name="Value">1 to 255 printable characters of ASCII, the client's own.</param>
/// <param name="RequestHash">SHA-256 of the operation and all that was given for it.</param>
public sealed record IdempotencyKey(string Value, byte[] RequestHash)
{
    public const int MaxLength = 255;

    // What is not given does not count: a request has the same hash in a later version of the service, which knows of further members.
    private static readonly JsonSerializerOptions OnlyGiven = new() { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    /// <param name="value">The key; <see langword="null"/> where the request has none, and then there is nothing to make.</param>
    /// <param name="operation">The operation's name, with the resource that its path names.</param>
    /// <param name="request">
    /// The request's body as it was understood: unknown fields and white space between the fields do not count.
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
