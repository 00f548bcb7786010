using System.Buffers;
using System.Text.Json;
using Microsoft.Extensions.ObjectPool;
using SessionService.Api.Json;

namespace SessionService.Api.Messages;

/// <summary>Memory for the JSON of a page, used again for later pages.</summary>
internal sealed class MessageListBuffer : IDisposable
{
    private const int InitialBytes = 64 * 1024;

    // A page of long messages may need more; so much is not kept for ever.
    private const int MaxKeptBytes = 1024 * 1024;

    private static readonly ObjectPool<MessageListBuffer> Pool = new DefaultObjectPool<MessageListBuffer>(new Policy());

    private readonly ArrayBufferWriter<byte> _bytes = new(InitialBytes);

    private MessageListBuffer() =>
        Json = new Utf8JsonWriter(_bytes, new JsonWriterOptions { Encoder = ServiceJson.Encoder, SkipValidation = true });

    public Utf8JsonWriter Json { get; }

    /// <summary>How much was written and not let go of.</summary>
    public int Length => _bytes.WrittenCount + Json.BytesPending;

    public static MessageListBuffer Rent() => Pool.Get();

    /// <summary>What was written, complete or not.</summary>
    public ReadOnlyMemory<byte> Flush()
    {
        Json.Flush();
        return _bytes.WrittenMemory;
    }

    /// <summary>Lets go of what was written; the JSON goes on.</summary>
    public void Clear() => _bytes.ResetWrittenCount();

    public void Dispose() => Pool.Return(this);

    private sealed class Policy : PooledObjectPolicy<MessageListBuffer>
    {
        public override MessageListBuffer Create() => new();

        public override bool Return(MessageListBuffer obj)
        {
            obj.Clear();
            obj.Json.Reset(obj._bytes);
            return obj._bytes.Capacity <= MaxKeptBytes;
        }
    }
}
